"""
An OpenID provider in a process of its own: Canaille, with its real login form.

    python identity_provider.py BACK FOLDER    BACK: where its client's browsers return

One client, one person; it verifies PKCE, gives a code once, and names itself beside it.
It says its address once it can be reached there.
"""

import secrets
import socket
import sys
from datetime import UTC, datetime

CLIENT, SECRET = "huabiao", "the secret of this client"
PERSON, PASSWORD = "zhangsan", "correct horse battery staple"


def main(back: str, folder: str) -> None:
    import uvicorn
    from canaille import create_app
    from canaille.app import models
    from canaille.backends import Backend
    from canaille.oidc import provider
    from joserfc.jwk import RSAKey

    # Its access tokens for one person are alike within a second, and its database takes
    # none twice. Nobody here uses one: let them be opaque.
    provider.generate_access_token = lambda *_, **__: secrets.token_urlsafe(48)
    listener = socket.create_server(("127.0.0.1", 0))
    here = f"127.0.0.1:{listener.getsockname()[1]}"
    key = RSAKey.generate_key(2048, {"kid": "1", "alg": "RS256", "use": "sig"})
    app = create_app({
        "SECRET_KEY": "a secret of this test alone", "PREFERRED_URL_SCHEME": "http",
        "SERVER_NAME": here, "CANAILLE": {"DATABASE": "sql"},
        "CANAILLE_SQL": {"DATABASE_URI": f"sqlite:///{folder}/people.sqlite"},
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
    })  # fmt: skip
    with app.app_context():
        keep = Backend.instance.save
        keep(models.User(
            user_name=PERSON, formatted_name="张三", family_name="张",
            emails=["zhangsan@city.example"], password=PASSWORD,
        ))  # fmt: skip
        client = models.Client(
            client_id=CLIENT, client_secret=SECRET, client_name="Huabiao",
            client_uri="http://127.0.0.1", client_id_issued_at=datetime.now(UTC),
            redirect_uris=[back], grant_types=["authorization_code"], scope=["openid"],
            response_types=["code"], token_endpoint_auth_method="client_secret_basic",
        )  # fmt: skip
        keep(client)
        client.audience = [client]
        keep(client)
    print(f"http://{here}", flush=True)
    config = uvicorn.Config(app, interface="wsgi", log_level="error")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
