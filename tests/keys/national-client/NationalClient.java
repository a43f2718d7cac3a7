// A TLS client that is not OpenSSL: Bouncy Castle, offering RFC 8998 and nothing else.
// Arguments: port, the server's certificate in DER. Prints what was agreed and the answer.

import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.Vector;
import org.bouncycastle.tls.*;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.jcajce.io.OutputStreamFactory;
import org.bouncycastle.jcajce.spec.SM2ParameterSpec;
import org.bouncycastle.jcajce.util.JcaJceHelper;
import org.bouncycastle.jcajce.util.ProviderJcaJceHelper;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tls.crypto.TlsCrypto;
import org.bouncycastle.tls.crypto.Tls13Verifier;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCertificate;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;

public class NationalClient {
    static final SignatureAndHashAlgorithm SM2 =
        SignatureScheme.getSignatureAndHashAlgorithm(SignatureScheme.sm2sig_sm3);

    public static void main(String[] given) throws Exception {
        byte[] expected = Files.readAllBytes(Path.of(given[1]));
        SecureRandom random = new SecureRandom();
        TlsCrypto crypto = new NationalCrypto(
            new ProviderJcaJceHelper(new BouncyCastleProvider()), random);
        DefaultTlsClient client = new DefaultTlsClient(crypto) {
            protected int[] getSupportedCipherSuites() {
                return new int[] {CipherSuite.TLS_SM4_GCM_SM3};
            }

            protected ProtocolVersion[] getSupportedVersions() {
                return ProtocolVersion.TLSv13.only();
            }

            protected Vector<Integer> getSupportedGroups(Vector roles) {
                return new Vector<>(Arrays.asList(NamedGroup.curveSM2));
            }

            public Vector<Integer> getEarlyKeyShareGroups() {
                return new Vector<>(Arrays.asList(NamedGroup.curveSM2));
            }

            protected Vector<SignatureAndHashAlgorithm> getSupportedSignatureAlgorithms() {
                return new Vector<>(Arrays.asList(SM2));
            }

            public TlsAuthentication getAuthentication() {
                return new ServerOnlyTlsAuthentication() {
                    public void notifyServerCertificate(TlsServerCertificate shown)
                            throws java.io.IOException {
                        TlsCertificate first = shown.getCertificate().getCertificateAt(0);
                        if (!Arrays.equals(first.getEncoded(), expected))
                            throw new TlsFatalAlert(AlertDescription.bad_certificate);
                    }
                };
            }

            public void notifyHandshakeComplete() throws java.io.IOException {
                super.notifyHandshakeComplete();
                SecurityParameters agreed = context.getSecurityParametersConnection();
                System.out.printf("suite %x%n", agreed.getCipherSuite());
            }
        };
        try (Socket plain = new Socket("127.0.0.1", Integer.parseInt(given[0]))) {
            TlsClientProtocol secured =
                new TlsClientProtocol(plain.getInputStream(), plain.getOutputStream());
            secured.connect(client);
            String asked = "GET /api/status HTTP/1.1\r\nHost: localhost\r\n"
                + "Connection: close\r\n\r\n";
            secured.getOutputStream().write(asked.getBytes(StandardCharsets.US_ASCII));
            InputStream answer = secured.getInputStream();
            System.out.println(new String(answer.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Bouncy Castle knows sm2sig_sm3 by name; the check itself is its SM2 signature. */
    static class NationalCrypto extends JcaTlsCrypto {
        NationalCrypto(JcaJceHelper helper, SecureRandom random) {
            super(helper, random, random);
        }

        public TlsCertificate createCertificate(short type, byte[] encoded)
                throws IOException {
            return new JcaTlsCertificate(this, encoded) {
                public Tls13Verifier createVerifier(int scheme) throws IOException {
                    if (scheme != SignatureScheme.sm2sig_sm3) throw new IOException();
                    return new Sm2Verifier(getX509Certificate().getPublicKey());
                }
            };
        }
    }

    static class Sm2Verifier implements Tls13Verifier {
        final Signature check;
        final OutputStream into;

        Sm2Verifier(PublicKey key) throws IOException {
            try {
                check = Signature.getInstance("SM3withSM2", new BouncyCastleProvider());
                // RFC 8998 section 3.2.1
                check.setParameter(new SM2ParameterSpec(
                    "TLSv1.3+GM+Cipher+Suite".getBytes(StandardCharsets.US_ASCII)));
                check.initVerify(key);
                into = OutputStreamFactory.createStream(check);
            } catch (GeneralSecurityException error) {
                throw new IOException(error);
            }
        }

        public OutputStream getOutputStream() {
            return into;
        }

        public boolean verifySignature(byte[] signature) throws IOException {
            try {
                return check.verify(signature);
            } catch (GeneralSecurityException error) {
                throw new IOException(error);
            }
        }
    }
}
