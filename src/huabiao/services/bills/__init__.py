"""
Bills for people: an electronic bill on paper or in a reader, with its check code.

- `face`: what stands where on a bill, in millimetres
- `pdf`: the face as PDF
- `ofd`: the face as OFD (GB/T 33190-2016)

Both are drawn from one face, so that they say the same. The file is a copy for people:
what counts is the record on the chain, which the QR code's page asks.
"""

from huabiao.services.bills.face import Face, face_of
from huabiao.services.bills.ofd import to_ofd
from huabiao.services.bills.pdf import to_pdf

__all__ = ["Face", "face_of", "to_ofd", "to_pdf"]
