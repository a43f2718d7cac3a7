"""
Unified social credit codes (统一社会信用代码, GB 32100) as a door takes them.

python-stdnum judges here what a person wrote; the contract `organisations` judges again
by a rule of its own, so that neither alone lets a wrong code in.
"""

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

LONGEST = 40


def read_credit_code(written: str) -> str:
    """The code without blanks and in capitals; ValueError with a sentence."""
    try:
        if len(written) > LONGEST:
            raise ValidationError
        code: str = uscc.validate(written)
        return code
    except InvalidChecksum:
        raise ValueError(
            f"统一社会信用代码“{written}”的校验位不符，可能抄错。"
            f" The check character of {written!r} does not fit; it may be mistyped."
        ) from None
    except ValidationError:
        raise ValueError(
            f"“{written[:LONGEST]}”不是统一社会信用代码（GB 32100，18 位）。"
            f" {written[:LONGEST]!r} is no unified social credit code (GB 32100, 18"
            " characters)."
        ) from None
