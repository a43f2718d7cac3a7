"""
The words by which columns and tables give themselves away.

Three strengths. A *clear* word names the kind and little else (身份证号, `id_card_no`).
A *faint* one also names other things (`name`, 电话, and the pinyin initials `xm`, which
may be 姓名 or 项目): it counts only when the values agree. A word that *excludes* says
that the column is about something else (企业名称, `airline_name`, 手机号归属地).

English and pinyin are compared word by word after splitting `snake_case` and
`camelCase`; Chinese by containment.
"""

import re
from typing import NamedTuple

from huabiao.services.scanner.records import PersonalKind


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Words(NamedTuple):
    """Chinese words are contained; Latin ones are whole words joined by `_`."""

    clear_zh: str
    clear_latin: str
    faint_zh: str
    faint_latin: str
    excluding_zh: str = ""
    excluding_latin: str = ""


WORDS: dict[PersonalKind, Words] = {
    "identity_number": Words(
        "身份证号 身份号码 身份证件号 公民身份 身份证号码 居民身份证 证件号码",
        "identity_number id_card id_card_no id_card_number idcard idcardno id_number"
        " identity_no identity_card national_id citizen_id resident_id_number sfzh"
        " sfzhm gmsfhm gmsfzhm shenfenzheng shenfenzhenghao",
        "身份证 证件号",
        "id_no idno zjhm zjh sfz cert_no certificate_no id_code",
        "统一社会信用 营业执照 许可证 护照",
        "license licence passport",
    ),
    "name": Words(
        "姓名 法定代表人 法人代表 联系人 经办人 户主 负责人 申请人姓名 持证人 曾用名",
        "full_name fullname person_name real_name first_name last_name given_name"
        " family_name surname forename contact_person contact_name customer_name"
        " employee_name patient_name student_name staff_name xingming"
        " legal_representative legal_person_name owner_name chinese_name",
        "名字 申请人 患者 业主 法人 经营者 客户 学生 员工",
        "name xm fddbr fddbrxm lxr jbr hz nm cname person contact fzr",
        "名称 公司 企业 单位 部门 机构 产品 项目 商品 物品 文件 地名 路名 字号 用户名"
        " 表名 列名 品牌 型号",
        "company product airline airport file user table column brand model station"
        " city country region dept department org organisation organization"
        " enterprise host domain display event project item category class type"
        " school hospital street place",
    ),
    "mobile": Words(
        "手机 移动电话 联系电话",
        "mobile mobile_no mobile_phone mobile_number cellphone cell_phone phone_number"
        " phone_no sjh sjhm shouji shoujihao",
        "电话 联系方式",
        "phone tel telephone cell lxdh dh dhhm contact msisdn lxfs",
        "传真 座机 总机 型号 品牌 热线",
        "fax model brand hotline office",
    ),
    "address": Words(
        "住址 家庭地址 家庭住址 居住地址 户籍地址 户口所在地 通讯地址 现住址 收货地址",
        "home_address residential_address home_addr residence_address jtzz jzdz hjdz"
        " xzz zhuzhi domicile_address",
        "地址 住所",
        "address addr street_address mailing_address dz zz txdz residence",
        "网址 邮箱 电子 经营场所 注册地址 单位 公司 企业 机构 地址块 服务器"
        " 登记机关 办公 场所",
        "ip mac email mail web url server memory company office business host"
        " registered wallet block",
    ),
    "email": Words(
        "邮箱 电子邮件 电邮",
        "email e_mail email_address mail_address dzyx youxiang",
        "",
        "mail yx",
        "邮箱服务器",
        "server template",
    ),
    "bank_card": Words(
        "银行卡号 银行账号 银行帐号 银行卡 开户账号 卡号",
        "bank_card bank_card_no bank_account bank_account_no card_number"
        " credit_card_number yhkh yhzh yinhangka debit_card bankcard",
        "账号 帐号",
        "card_no account_no account_number kh iban credit_card",
        "登录 用户账号 公交 门禁 会员 IC卡",
        "login user member bus access sim graphics video",
    ),
}  # fmt: skip

# what a column says *about* a number or a name, rather than being one
ABOUT_ZH = re.compile(
    r"类型|类别|种类|归属地|数量|人数|个数|次数|条数|状态|标志|标识|是否|比例|长度"
    r"|校验结果|哈希|摘要|户数"
)
ABOUT_LATIN = _words(
    "type kind count counts num flag status is has verified length hash digest"
    " format total ratio rate sum avg min max level lx sl zt"
)

# 联系人电话 and `contact_phone` are a telephone, not a name
NOT_THE_NAME_ZH = re.compile(
    r"(?:姓名|人|代表|户主)的?(?:联系)?"
    r"(?:电话|手机|号|身份|证件|地址|住址|邮箱|编|代码|日期|年龄|性别|职务|意见|签)"
)
NOT_THE_NAME_LATIN = _words(
    "id no number code phone tel mobile address addr email date time age sex gender"
    " title role"
)
# who stands for an enterprise: a person, but the table is one of enterprises
REPRESENTS = re.compile(
    r"法定代表|法人|联系人|负责人|经办人|legal|contact|representative|fddbr|lxr|fzr",
    re.IGNORECASE,
)

PEOPLE_ZH = re.compile(
    r"人员|居民|公民|个人|员工|职工|学生|教师|患者|病人|客户|会员|户籍|人口|干部|护士"
    r"|医生|考生|业主|驾驶员|司机|旅客|乘客|村民|市民|个体|参保人|联系人"
)
PEOPLE_LATIN = _words(
    "person persons people resident residents citizen citizens staff employee"
    " employees worker workers student students teacher teachers patient patients"
    " customer customers client clients member members passenger passengers driver"
    " drivers applicant applicants user users contact contacts owner owners doctor"
    " doctors nurse nurses voter voters ry ryxx renyuan population"
)

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱"
    "严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁"
    "尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤"
    "阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾"
    "隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝赫"
)  # the commonest single surnames; a character here is one of them
DOUBLE_SURNAMES = _words(
    "欧阳 上官 司马 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 端木 东方 司徒 长孙"
)
GIVEN_NAMES = _words(
    "james john robert michael william david richard joseph thomas charles daniel"
    " matthew anthony mark donald steven paul andrew joshua kenneth kevin brian george"
    " edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan"
    " stephen larry justin scott brandon benjamin samuel frank gregory raymond"
    " alexander patrick jack dennis jerry peter henry adam mary patricia jennifer"
    " linda elizabeth barbara susan jessica sarah karen nancy lisa margaret betty"
    " sandra ashley kimberly emily donna michelle carol amanda melissa deborah"
    " stephanie rebecca laura helen sharon cynthia kathleen amy angela anna ruth"
    " brenda pamela nicole katherine samantha christine emma catherine virginia"
    " rachel maria heather diane julie joyce victoria alice grace rose anne jane"
    " wei fang jing lei jun yang yong li na min xiu ying hui"
)


def latin_words(text: str) -> list[str]:
    """`idCardNo`, `ID_CARD_NO` and `id-card-no` alike become id, card, no."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]
