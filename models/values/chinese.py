"""What the product's own terms are called in Chinese; a centre's own (units, stages, categories) the rulebook names."""

from collections.abc import Mapping
from enum import StrEnum

from models.values.incident_terms import IncidentGrade, IncidentKind
from models.values.money_terms import EvidenceKind, LiableKind, PaymentKind, PaymentState
from models.values.notice_terms import NoticeKind
from models.values.people_terms import Role
from models.values.round_terms import Disposition
from models.values.vocabulary import BusinessLine, Channel, HoldReason, Outcome, Severity

TERMS: Mapping[type[StrEnum], Mapping[str, str]] = {
    Role: {
        Role.ACCEPTOR: "受理员",
        Role.OPERATOR: "总机员",
        Role.ENQUIRY_SPECIALIST: "查询专员",
        Role.COMPLAINT_HANDLER: "投诉专员",
        Role.REVISIT_AGENT: "回访专员",
        Role.ACCOUNT_MANAGER: "客户经理",
        Role.QUALITY_INSPECTOR: "质检员",
        Role.FINANCE: "财务",
        Role.SUPERVISOR: "主管",
        Role.MANAGER: "经理",
        Role.GENERAL_MANAGER: "总经理",
        Role.BUSINESS_UNIT: "业务单位",
        Role.SCHEDULER: "计划员",
        Role.AUDITOR: "审计",
        Role.ADMINISTRATOR: "管理员",
        Role.CHANNEL: "渠道系统",
    },
    Severity: {Severity.MINOR: "轻微", Severity.MODERATE: "一般", Severity.SERIOUS: "严重"},
    BusinessLine: {
        BusinessLine.EXPRESS: "快递",
        BusinessLine.ROAD: "公路",
        BusinessLine.AIR: "空运",
        BusinessLine.SEA: "海运",
        BusinessLine.WAREHOUSE: "仓储",
        BusinessLine.MULTIMODAL: "多式联运",
        BusinessLine.UNKNOWN: "不详",
    },
    Channel: {
        Channel.PHONE: "电话",
        Channel.FAX: "传真",
        Channel.WEB: "网站",
        Channel.EMAIL: "电子邮件",
        Channel.SMS: "短信",
        Channel.COUNTER: "柜台",
        Channel.VOICE_MENU: "语音自助",
        Channel.OUTBOUND: "外呼",
    },
    Outcome: {
        Outcome.SOLVED: "已解决",
        Outcome.UNVERIFIED: "未经核实",
        Outcome.FINAL_POSITION: "最终答复",
        Outcome.WITHDRAWN: "撤诉",
        Outcome.ANSWERED: "已答复",
        Outcome.LINKED: "并案",
        Outcome.ASSESSED: "已评审",
        Outcome.CANCELLED: "已取消",
        Outcome.REACHED: "已联系",
        Outcome.NOT_REACHED: "未联系上",
    },
    HoldReason: {HoldReason.WAITING_CUSTOMER: "等待客户", HoldReason.WAITING_UNIT: "等待单位答复"},
    Disposition: {
        Disposition.COMPLETE: "完整访问",
        Disposition.PARTIAL: "部分访问",
        Disposition.REFUSED: "拒访",
        Disposition.BROKEN_OFF: "中断",
        Disposition.DO_NOT_CALL: "请勿致电",
        Disposition.NO_ANSWER: "无人接听",
        Disposition.BUSY: "占线",
        Disposition.CALL_BACK: "约定回电",
        Disposition.WRONG_NUMBER: "号码有误",
        Disposition.NO_PHONE: "无电话",
        Disposition.COOL_DOWN: "近期已访，不再打扰",
        Disposition.OPEN_COMPLAINT: "投诉未结，暂不回访",
        Disposition.UNABLE: "无法应答",
        Disposition.NOT_WORKED: "未执行",
        Disposition.NOT_ELIGIBLE: "不合条件",
    },
    IncidentKind: {
        IncidentKind.FIRE: "火灾",
        IncidentKind.THEFT: "被盗",
        IncidentKind.LOSS: "丢失",
        IncidentKind.DAMAGE: "损坏",
        IncidentKind.SPOILAGE: "变质",
        IncidentKind.CONTAMINATION: "污染",
        IncidentKind.MISDELIVERY: "误交付",
        IncidentKind.OTHER: "其他",
    },
    IncidentGrade: {IncidentGrade.GENERAL: "一般", IncidentGrade.MAJOR: "重大", IncidentGrade.CRITICAL: "特大"},
    NoticeKind: {
        NoticeKind.ALARM: "系统告警",
        NoticeKind.DEADLINE_MISSED: "超时",
        NoticeKind.DAILY_SUMMARY: "每日总结",
        NoticeKind.SHIFT_HANDOVER: "交接班",
        NoticeKind.INCIDENT_GRADED: "事故定级",
        NoticeKind.COUNTERPART_ASKED: "请对方单位确认",
        NoticeKind.LIABILITY_PRESUMED: "责任推定",
        NoticeKind.LIABILITY_TO_DECIDE: "责任待裁定",
        NoticeKind.CORRECTION_PLANNED: "整改",
        NoticeKind.TEST: "测试",
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
    LiableKind: {LiableKind.UNIT: "单位", LiableKind.CARRIER: "承运商"},
    PaymentKind: {PaymentKind.COMPENSATION: "赔付", PaymentKind.ADVANCE: "先行赔付"},
    PaymentState: {
        PaymentState.AWAITING: "待财务确认",
        PaymentState.CONFIRMED: "已确认",
        PaymentState.PAID: "已付",
        PaymentState.RETURNED: "已退回",
        PaymentState.CANCELLED: "已取消",
    },
}
"""By enumeration: equal texts of two of them would be one key."""
FLAGS: Mapping[str, str] = {
    "casualty": "人员伤亡",
    "dangerous": "危险货物",
    "perishable": "易腐货物",
    "regulator": "监管转办",
    "media": "媒体关注",
    "lawyer": "律师介入",
}
"""Of what goes before everything (`models.values.taxonomy.Urgency`)."""
MARKS: Mapping[str, str] = {
    "speed": "时效",
    "satisfaction": "满意度",
    "first_time": "一次解决",
    "method": "处理方式",
    "promises": "承诺兑现",
    "reporting": "上报及时",
    "completeness": "上报完整",
    "containment": "控制及时",
    "repeats": "重复发生",
}
"""Of what a score is made of: cases (`course_policy.Indicator`) and incidents (`incident_policy.IncidentIndicator`)."""


def chinese(term: StrEnum) -> str:
    return TERMS[type(term)][term]
