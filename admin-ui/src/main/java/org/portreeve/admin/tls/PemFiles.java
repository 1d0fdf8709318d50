package org.portreeve.admin.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/** Reads a certificate with its chain and a private key from PEM files. Worker threads. */
public final class PemFiles {
    /** A chain of a few certificates is below 20 KiB. */
    private static final long MAX_FILE_LENGTH = 256 * 1024;

    private PemFiles() {}

    /** The identity in these files; they belong together. */
    public static TlsIdentity read(Path certificateFile, Path keyFile) throws TlsException {
        List<X509Certificate> chain = certificates(certificateFile);
        PublicKey publicKey = chain.getFirst().getPublicKey();
        PrivateKey key = key(keyFile, publicKey.getAlgorithm());
        if (!isPair(publicKey, key)) {
            throw new TlsException(
                    "The private key in %s is not that of the first certificate in %s."
                            .formatted(keyFile, certificateFile));
        }
        return new TlsIdentity(key, chain);
    }

    private static List<X509Certificate> certificates(Path file) throws TlsException {
        byte[] pem = bytes(file);
        try {
            List<X509Certificate> chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(pem))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (chain.isEmpty()) {
                throw new TlsException("There is no certificate in " + file + "; PEM is expected.");
            }
            return chain;
        } catch (CertificateException e) {
            throw new TlsException(
                    "The certificate in %s cannot be read; PEM is expected: %s"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private static PrivateKey key(Path file, String algorithm) throws TlsException {
        String pem = new String(bytes(file), StandardCharsets.UTF_8);
        try (var parser = new PEMParser(new StringReader(pem))) {
            // An EC key may come after its parameters.
            for (Object item = parser.readObject(); item != null; item = parser.readObject()) {
                switch (item) {
                    case PrivateKeyInfo key -> {
                        return key(key, algorithm);
                    }
                    case PEMKeyPair pair -> {
                        return key(pair.getPrivateKeyInfo(), algorithm);
                    }
                    case PKCS8EncryptedPrivateKeyInfo _ -> throw encrypted(file);
                    case PEMEncryptedKeyPair _ -> throw encrypted(file);
                    default -> {}
                }
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new TlsException(
                    "The private key in %s cannot be read as one of kind %s: %s"
                            .formatted(file, algorithm, e.getMessage()),
                    e);
        }
        throw new TlsException("There is no private key in " + file + "; PEM is expected.");
    }

    private static PrivateKey key(PrivateKeyInfo info, String algorithm)
            throws IOException, GeneralSecurityException {
        return KeyFactory.getInstance(algorithm)
                .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
    }

    private static TlsException encrypted(Path file) {
        return new TlsException(
                "The private key in "
                        + file
                        + " has a pass phrase, and nobody is there to type it; give a key without"
                        + " one in a file that only the node may read.");
    }

    private static byte[] bytes(Path file) throws TlsException {
        try {
            if (Files.size(file) > MAX_FILE_LENGTH) {
                throw new TlsException(
                        file + " is longer than " + MAX_FILE_LENGTH + " octets: not a PEM file.");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TlsException("There is no file " + file + ".", e);
        } catch (IOException e) {
            throw new TlsException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isPair(PublicKey publicKey, PrivateKey key) throws TlsException {
        String algorithm =
                switch (publicKey.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> publicKey.getAlgorithm();
                };
        try {
            Signature signer = Signature.getInstance(algorithm);
            byte[] message = publicKey.getEncoded();
            signer.initSign(key);
            signer.update(message);
            byte[] signature = signer.sign();
            signer.initVerify(publicKey);
            signer.update(message);
            return signer.verify(signature);
        } catch (GeneralSecurityException e) {
            throw new TlsException(
                    "A key of kind %s cannot be used for HTTPS; use EC or RSA: %s"
                            .formatted(algorithm, e.getMessage()),
                    e);
        }
    }
}
