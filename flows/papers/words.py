"""The words of papers, in both languages; a term that is missing here is printed as it is stored."""

from enum import StrEnum

from models.values.vocabulary import (
    ClockName,
    EventKind,
    EvidenceKind,
    LiableKind,
    PaymentKind,
    PaymentState,
)

WORDS: dict[type[StrEnum], dict[str, str]] = {
    EventKind: {
        EventKind.RECEIVED: "受理",
        EventKind.CLASSIFIED: "分类",
        EventKind.LINKED: "并案",
        EventKind.ASSIGNED: "指派",
        EventKind.UNASSIGNED: "待指派",
        EventKind.NOTED: "记录",
        EventKind.PROMISED: "承诺",
        EventKind.PROMISE_KEPT: "兑现承诺",
        EventKind.HELD: "挂起",
        EventKind.RESUMED: "恢复",
        EventKind.PROPOSED: "提出处理方案",
        EventKind.APPROVED: "批准",
        EventKind.REJECTED: "驳回",
        EventKind.CARRIED_OUT: "处理落实",
        EventKind.FED_BACK: "信息反馈",
        EventKind.FINAL_POSITION_GIVEN: "最终答复",
        EventKind.CONTACTED: "联系客户",
        EventKind.SURVEYED: "回访调查",
        EventKind.ANSWERED: "答复",
        EventKind.ANALYSED: "整理分析",
        EventKind.CONFIRMED: "确认分析",
        EventKind.SCORED: "服务质量考核",
        EventKind.MAIN_ENDED: "主工单办结",
        EventKind.REASSIGNED: "改派",
        EventKind.ESCALATED: "升级",
        EventKind.REOPENED: "重新打开",
        EventKind.WITHDRAWN: "撤诉",
        EventKind.REMINDED: "提醒",
        EventKind.OVERDUE: "超时",
        EventKind.STEP_FAILED: "步骤失败",
        EventKind.QUARANTINED: "隔离",
        EventKind.RELEASED: "解除隔离",
        EventKind.IDENTIFIED: "认定客户",
        EventKind.ERASED: "删除个人信息",
        EventKind.ASSESSED: "理赔核定",
        EventKind.AGREED: "客户同意",
        EventKind.ADVANCED: "先行赔付",
        EventKind.VOUCHERED: "重送付款凭证",
        EventKind.VOUCHER_CONFIRMED: "财务确认凭证",
        EventKind.VOUCHER_RETURNED: "财务退回凭证",
        EventKind.PAID: "付款",
        EventKind.LIABILITY_FOUND: "责任认定",
        EventKind.LIABILITY_APPEALED: "责任申诉",
        EventKind.REFERRED: "监管转办",
        EventKind.REGULATOR_ANSWERED: "答复监管部门",
    },
    ClockName: {
        ClockName.CLASSIFY: "分类",
        ClockName.RESOLVE: "内部办结",
        ClockName.STATUTORY: "法定期限",
        ClockName.FEED_BACK: "反馈",
        ClockName.REVISIT: "回访",
        ClockName.ANSWER: "答复",
        ClockName.CALL_BACK: "约定回电",
        ClockName.PROMISE: "承诺",
        ClockName.HOLD: "挂起",
        ClockName.ASSIGN_AGAIN: "再次指派",
        ClockName.PAYMENT: "付款",
        ClockName.REGULATOR: "监管答复",
    },
    EvidenceKind: {
        EvidenceKind.PHOTOGRAPH: "照片",
        EvidenceKind.INVOICE: "发票",
        EvidenceKind.WAYBILL: "运单",
        EvidenceKind.PACKING_LIST: "装箱单",
        EvidenceKind.STATEMENT: "情况说明",
        EvidenceKind.RECORDING: "录音",
        EvidenceKind.SURVEY_REPORT: "鉴定报告",
        EvidenceKind.OTHER: "其他",
    },
    LiableKind: {
        LiableKind.UNIT: "单位",
        LiableKind.CARRIER: "承运商",
    },
    PaymentKind: {
        PaymentKind.COMPENSATION: "赔付",
        PaymentKind.ADVANCE: "先行赔付",
    },
    PaymentState: {
        PaymentState.AWAITING: "待财务确认",
        PaymentState.CONFIRMED: "已确认",
        PaymentState.PAID: "已付",
        PaymentState.RETURNED: "已退回",
        PaymentState.CANCELLED: "已取消",
    },
}
"""By enumeration: equal texts of two of them would be one key."""


def word(term: StrEnum) -> str:
    """A term in Chinese and as it is stored."""
    known = WORDS.get(type(term), {}).get(term)
    return f"{known} {term.value}" if known else term.value
