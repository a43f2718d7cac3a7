"""
The real databases of the demo day.

- `cluster`: a PostgreSQL server of our own: start, find again, stop, remove
- `server_account`: under whose name it runs, and where it can live
- `place`: what the home folder keeps, and the port
- `postmaster`: who is noted as running on a data folder
- `city_data`: three departments, their databases, `build`
- `alteration`: what somebody changes behind the directory's back, `alter`
- `market`, `transport`, `human_resources`: the tables of each
- `tables`: what a table is made of, and how it gets into PostgreSQL
- `public_files`: the public data sets and their licences, `SOURCES`
- `population`: people and enterprises that do not exist
"""

from huabiao.services.databases.alteration import NothingToAlter, alter
from huabiao.services.databases.city_data import (
    DEPARTMENTS,
    SEED,
    BuiltDatabase,
    DepartmentDatabase,
    UnknownDepartment,
    build,
    department,
)
from huabiao.services.databases.cluster import (
    Cluster,
    DatabaseServerError,
    remove,
    start,
    stop,
)
from huabiao.services.databases.public_files import SOURCES, MissingData, Source

__all__ = [
    "DEPARTMENTS",
    "SEED",
    "SOURCES",
    "BuiltDatabase",
    "Cluster",
    "DatabaseServerError",
    "DepartmentDatabase",
    "MissingData",
    "NothingToAlter",
    "Source",
    "UnknownDepartment",
    "alter",
    "build",
    "department",
    "remove",
    "start",
    "stop",
]
