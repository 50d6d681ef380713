"""What simulated staff and customers write. Plain Chinese, nobody real."""

from models.values.vocabulary import Category, HandlingMethod

REMEDIES = {
    Category.DELAY: "联系干线与末端加急派送，当日送达并致歉，按标准补偿",
    Category.LOSS: "调取监控与交接记录查找，三日内找不到按声明价值赔付",
    Category.DAMAGE: "核对开箱照片与包装，按维修或折旧价格赔付",
    Category.DELIVERY_SERVICE: "安排重新上门投递，网点负责人致歉，取消错误签收",
    Category.PICKUP_SERVICE: "重新预约上门揽收，安排专人并免收本次服务费",
    Category.FEE_DISPUTE: "核对计费重量与公示价格，多收部分原路退还",
    Category.CASH_ON_DELIVERY: "财务核对代收款流水，一个工作日内返款",
    Category.SERVICE_ATTITUDE: "当事人员当面致歉，并参加服务规范培训",
    Category.TRACKING_INFORMATION: "补录物流轨迹，告知真实位置和预计到达时间",
    Category.CLAIMS_COMPENSATION: "理赔复核材料，按合同与保价约定重新核定金额",
    Category.OTHER: "由服务中心跟进，说明原因并致歉",
}

METHODS = {
    Category.DELAY: (HandlingMethod.CALM_ANGER, HandlingMethod.ADMIT_ERROR),
    Category.LOSS: (HandlingMethod.ADMIT_ERROR, HandlingMethod.CALM_ANGER),
    Category.DAMAGE: (HandlingMethod.ADMIT_ERROR, HandlingMethod.CONVERSION),
    Category.DELIVERY_SERVICE: (HandlingMethod.ADMIT_ERROR, HandlingMethod.CALM_ANGER),
    Category.PICKUP_SERVICE: (HandlingMethod.ADMIT_ERROR, HandlingMethod.CONVERSION),
    Category.FEE_DISPUTE: (HandlingMethod.GENTLE_DENIAL, HandlingMethod.CONVERSION),
    Category.CASH_ON_DELIVERY: (HandlingMethod.ADMIT_ERROR, HandlingMethod.REDIRECT),
    Category.SERVICE_ATTITUDE: (HandlingMethod.CALM_ANGER, HandlingMethod.ADMIT_ERROR),
    Category.TRACKING_INFORMATION: (HandlingMethod.REDIRECT, HandlingMethod.CONVERSION),
    Category.CLAIMS_COMPENSATION: (HandlingMethod.GENTLE_DENIAL, HandlingMethod.CONVERSION),
    Category.OTHER: (HandlingMethod.REDIRECT, HandlingMethod.CALM_ANGER),
}

FINDING = "已与责任单位核实，问题属实，处理方案已落实"
INVESTIGATED = "已联系责任单位调取记录，等待回复"
PROMISE = "明天之前给客户回复处理进展"
KEPT = "已电话告知客户进展"
ACCEPTED = "已向客户说明处理结果，客户表示接受"
REFUSED = "已向客户说明处理结果，客户不接受"
FINAL = "已告知最终答复，并说明可向 12305、12315 反映或诉讼解决"
WRITTEN = "多次致电未能联系上您，现书面答复处理结果，如有疑问请随时联系我们"
ANSWER = "您好，您的问题已为您查询处理，详情已通过短信发送"
WITHDRAWAL = "事情已经解决，我撤回投诉"
ASKED_AGAIN = "客户来电催问处理进度"
ESCALATED = "客户再次催问，金额较大，请上级处理"
TOO_MUCH = "赔付依据不足，请核实后重新提出方案"
AGREED = "同意，按方案执行"
ABSENT = "经办人不在岗，改派处理"
REMARK = "客户对处理速度和态度作了评价"
CAME_BACK = "客户来电称同样的问题又发生了"
CONFIRMED = "分析属实"
KEY_CUSTOMER = "客户经理已致电重点客户，说明处理进度"
PAID_OUT = "赔付款已支付，凭证已归档"
UNIT_FOUND = "本单位已调取记录，情况属实"
ROUND = "每周例行抽样回访"
ASSESSED = "各层置信区间互有重叠，整体满意度可接受"
IMPROVE = "账单差错较多，请计费核对"
PRAISE = "师傅送货准时，态度很好，谢谢"
GRIEVANCES = (
    "货物晚到了四天，没有人通知，耽误了我们生产",
    "外箱破了，里面的货也损坏了，要求赔偿",
    "送货的师傅态度很差，不肯上楼还骂人",
    "账单多收了费用，打电话也没人解释",
)

ONLY_ASKS = "客户只是询问，并无投诉之意"
COMPLAINS = "客户明确表示投诉"
URGENTLY = "客户急需补货，先行赔付"
WRONG_ACCOUNT = "收款户名与客户不符，请核对"
GROUNDS = "监控与交接记录"
APPEALED = "交接时外包装完好，责任比例有异议"
REFERRED = "用户向邮政管理部门申诉，请妥善处理并答复"
REGULATOR_ANSWERED = "已与用户达成一致并落实赔付"
