"""Every word of the pages, in the two languages of its readers."""

from __future__ import annotations

from collections.abc import Callable

LANGUAGES = ("en", "zh")

# fmt: off
TEXTS: dict[str, tuple[str, str]] = {
    "title":            ("Integration hub", "集成枢纽"),
    "skip_link":        ("Skip to content", "跳到正文"),
    "language":         ("中文", "English"),
    "orders":           ("Orders", "订单"),
    "order":            ("Order", "订单"),
    "fallout":          ("Fallout", "异常单"),
    "peers":            ("Peers", "外围系统"),
    "message":          ("Message", "报文"),
    "messages":         ("Messages", "报文"),
    "key":              ("Number", "单号"),
    "order_id":         ("Order", "订单"),
    "error":            ("That did not work", "操作未成功"),
    "filter":           ("Filter", "筛选"),
    "clear":            ("Clear", "清除"),
    "next_page":        ("Next page", "下一页"),
    "first_page":       ("First page", "首页"),
    "of":               ("of", "/"),
    "none":             ("Nothing here.", "暂无数据。"),
    "external_id":      ("Number", "外部单号"),
    "id":               ("Id", "编号"),
    "type":             ("Type", "类型"),
    "state":            ("State", "状态"),
    "area":             ("Local network", "本地网"),
    "source":           ("From", "来源系统"),
    "channel":          ("Agreement", "接口"),
    "hidden":           ("Proofs of who somebody is are not kept (***):", "身份凭证不予保存(***):"),
    "created_at":       ("Accepted", "受理时间"),
    "completed_at":     ("Ended", "结束时间"),
    "reason":           ("Reason", "原因"),
    "text":             ("Search", "搜索"),
    "parent_order":     ("Belongs to", "上级订单"),
    "children":         ("Orders below", "下级订单"),
    "product_instance": ("Product instance", "产品实例"),
    "priority":         ("Priority", "优先级"),
    "compensated":      ("Taken back", "已回退"),
    "yes":              ("yes", "是"),
    "why":              ("Why it stands still", "为何停留"),
    "who":              ("Who must act", "由谁处理"),
    "who_hub":          ("nobody: it goes on by itself", "无需处理:将自动继续"),
    "who_peer":         ("the other system", "对方系统"),
    "who_person":       ("a person", "人工"),
    "tasks":            ("Tasks", "任务"),
    "task":             ("Task", "任务"),
    "peer":             ("System", "系统"),
    "operation":        ("Operation", "操作"),
    "attempt":          ("Attempts", "次数"),
    "due_at":           ("Due", "到期"),
    "timeline":         ("Timeline", "时间线"),
    "at":               ("Time", "时间"),
    "what":             ("What", "内容"),
    "outcome":          ("Outcome", "结果"),
    "in":               ("in", "收"),
    "out":              ("out", "发"),
    "bytes":            ("bytes", "字节"),
    "wire":             ("On the wire", "线上报文"),
    "canonical":        ("Canonical", "规范报文"),
    "not_mapped":       ("No canonical form: it was refused before it was mapped.", "无规范报文:映射前已被拒绝。"),
    "truncated":        ("Only the beginning is shown.", "仅显示开头部分。"),
    "all_bytes":        ("Original bytes", "原始字节"),
    "since":            ("Since", "自"),
    "next_try":         ("Next try", "下次尝试"),
    "category":         ("Kind", "类别"),
    "act":              ("Act", "处理"),
    "retry":            ("Retry", "重试"),
    "skip":             ("Skip", "跳过"),
    "complete":         ("Complete by hand", "人工完成"),
    "cancel":           ("Cancel order", "撤单"),
    "why_you":          ("Your reason (kept in the audit)", "处理原因(记入审计)"),
    "output":           ("What the system answered (JSON, to complete)", "对方应答内容(JSON,用于人工完成)"),
    "hold":             ("Hold", "挂起"),
    "release":          ("Release", "释放"),
    "done":             ("Done.", "已处理。"),
    "waiting":          ("Waiting", "等待"),
    "ready":            ("Due", "待发"),
    "sending":          ("Being sent", "发送中"),
    "last_error":       ("Last trouble", "最近故障"),
    "received":         ("received", "收到"),
    "accepted":         ("accepted", "已受理"),
    "rejected":         ("rejected", "已拒绝"),
    "in_flight":        ("in flight", "在途"),
    "answered":         ("answered", "已应答"),
    "completed":        ("completed", "竣工"),
    "failed":           ("failed", "失败"),
    "cancelled":        ("cancelled", "已撤单"),
    "held":             ("held", "缓装"),
    "running":          ("running", "执行中"),
    "queued":           ("queued", "排队"),
    "undoing":          ("undoing", "回退中"),
    "pending":          ("pending", "未到"),
    "skipped":          ("skipped", "已跳过"),
    "undone":           ("undone", "已回退"),
    "up":               ("in reach", "正常"),
    "down":             ("out of reach", "不可达"),
    "open":             ("open", "待处理"),
    "resolved":         ("resolved", "已处理"),
    "all":              ("all", "全部"),
    "incident":         ("Incident", "事件号"),
    "login":            ("Log in", "登录"),
    "logout":           ("Log out", "退出"),
    "name":             ("Name", "工号"),
    "password":         ("Password", "密码"),
    "login_refused":    ("The name or the password is wrong.", "工号或密码错误。"),
    "login_throttled":  ("Too many tries.", "尝试次数过多。"),
    "back":             ("Back", "返回"),
}
# fmt: on


def texts(lang: str) -> Callable[[str], str]:
    """``t("orders")`` -> the word in that language; a key nobody wrote is shown as it is (a peer's own code)."""
    column = LANGUAGES.index(lang)
    return lambda key: TEXTS[key][column] if key in TEXTS else key


def choose(asked: str, accept_language: str) -> str:
    """``?lang=`` when it is one of ours, else the first of ours that the browser prefers, else English."""
    if asked in LANGUAGES:
        return asked
    wanted = sorted((_preference(part) for part in accept_language.split(",")[:20]), reverse=True)
    return next((name for _, name in wanted if name in LANGUAGES), LANGUAGES[0])


def _preference(part: str) -> tuple[float, str]:
    """``zh-CN;q=0.8`` -> (0.8, "zh")."""
    name, _, quality = part.strip().partition(";q=")
    try:
        weight = float(quality or 1)
    except ValueError:
        weight = 0.0
    return weight, name.partition("-")[0].lower()
