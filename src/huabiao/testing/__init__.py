"""
The kit that others use too.

- `city`: a real ledger, a cast of identities, a clock in your hand
- `stage`: where the story of a scenario is walked
- `ground`: a city in a folder as the ground of a story
- `spoiling`: the refusals that all scenarios share, at every step of a story
- `coverage`: what a story has not walked
- `balances`: whether the books of a city balance at every height
"""

from huabiao.testing.balances import unbalanced
from huabiao.testing.city import City
from huabiao.testing.coverage import not_walked
from huabiao.testing.ground import CityGround
from huabiao.testing.spoiling import Spoiling
from huabiao.testing.stage import Stage

__all__ = ["City", "CityGround", "Spoiling", "Stage", "not_walked", "unbalanced"]
