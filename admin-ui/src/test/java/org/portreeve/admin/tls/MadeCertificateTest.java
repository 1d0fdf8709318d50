package org.portreeve.admin.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MadeCertificateTest {
    private static final Set<String> NAMES = Set.of("localhost", "cgn-1", "127.0.0.1");
    private static final long NOW_MILLIS = Instant.parse("2026-11-21T12:00:00Z").toEpochMilli();

    @TempDir Path data;
    private Path directory;
    private MadeCertificate made;

    @BeforeEach
    void nothingYet() {
        directory = data.resolve("tls");
        made = new MadeCertificate(directory, new SecureRandom());
    }

    @Test
    void firstStartMakesACertificateForAllNamesAndKeepsIt() throws Exception {
        TlsIdentity first = made.forNames(NAMES, Set.of(), NOW_MILLIS);

        assertEquals("EC", first.key().getAlgorithm());
        assertEquals(NAMES, first.names());
        assertEquals(Set.of("localhost", "cgn-1"), first.dnsNames());
        first.certificate().verify(first.certificate().getPublicKey());
        assertEquals(
                first.fingerprint(),
                made.forNames(NAMES, Set.of(), NOW_MILLIS + 1000).fingerprint());
    }

    @Test
    void keyIsForItsOwnerAlone() throws Exception {
        made.forNames(NAMES, Set.of(), NOW_MILLIS);

        assertEquals("rwx------", permissions(directory));
        assertEquals("rw-------", permissions(directory.resolve("key.pem")));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void certificateThatEndsSoonIsMadeAgain() throws Exception {
        TlsIdentity first = made.forNames(NAMES, Set.of(), NOW_MILLIS);
        Instant renewal =
                first.certificate().getNotAfter().toInstant().minus(MadeCertificate.RENEWAL);

        assertEquals(
                first.fingerprint(),
                made.forNames(NAMES, Set.of(), renewal.toEpochMilli() - 1).fingerprint());
        TlsIdentity second = made.forNames(NAMES, Set.of(), renewal.toEpochMilli());
        assertNotEquals(first.fingerprint(), second.fingerprint());
        assertEquals(
                MadeCertificate.LIFE,
                Duration.between(
                        second.certificate().getNotBefore().toInstant(),
                        second.certificate().getNotAfter().toInstant()));
    }

    @Test
    void certificateThatLacksANameIsMadeAgain() throws Exception {
        made.forNames(Set.of("localhost"), Set.of(), NOW_MILLIS);

        assertEquals(NAMES, made.forNames(NAMES, Set.of(), NOW_MILLIS).names());
    }

    @Test
    void namesThatComeAndGoMakeNoOtherCertificate() throws Exception {
        Set<String> passing = Set.of("192.0.2.7");
        TlsIdentity first = made.forNames(NAMES, passing, NOW_MILLIS);

        assertTrue(first.names().containsAll(passing));
        assertEquals(
                first.fingerprint(),
                made.forNames(NAMES, Set.of("192.0.2.8"), NOW_MILLIS).fingerprint());
    }

    @Test
    void tornFilesAreMadeAgain() throws Exception {
        String first = made.forNames(NAMES, Set.of(), NOW_MILLIS).fingerprint();
        for (String name : List.of("certificate.pem", "key.pem")) {
            Path file = directory.resolve(name);
            for (int length : new int[] {0, 40, (int) Files.size(file) - 40}) {
                byte[] whole = Files.readAllBytes(file);
                Files.write(file, Arrays.copyOf(whole, length));

                TlsIdentity again = made.forNames(NAMES, Set.of(), NOW_MILLIS);

                assertNotEquals(first, again.fingerprint());
                first = again.fingerprint();
                assertEquals(first, made.forNames(NAMES, Set.of(), NOW_MILLIS).fingerprint());
            }
        }
    }

    @Test
    void keyOfAnotherCertificateIsRefusedByName() throws Exception {
        made.forNames(NAMES, Set.of(), NOW_MILLIS);
        Path other = data.resolve("other");
        new MadeCertificate(other, new SecureRandom()).forNames(NAMES, Set.of(), NOW_MILLIS);

        String fault = fault(directory.resolve("certificate.pem"), other.resolve("key.pem"));

        assertTrue(fault.contains(other.resolve("key.pem") + " is not that of"), fault);
    }

    @Test
    void keyOfAnotherKindIsRefused() throws Exception {
        made.forNames(NAMES, Set.of(), NOW_MILLIS);
        var rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        Path file = write("rsa.pem", new JcaPKCS8Generator(rsa.getPrivate(), null));

        String fault = fault(directory.resolve("certificate.pem"), file);

        assertTrue(fault.contains(file + " cannot be read as one of kind EC"), fault);
    }

    @Test
    void keyWithAPassPhraseIsRefusedWithAWayOut() throws Exception {
        TlsIdentity identity = made.forNames(NAMES, Set.of(), NOW_MILLIS);
        var encryptor =
                new JceOpenSSLPKCS8EncryptorBuilder(JcaPKCS8Generator.AES_256_CBC)
                        .setProvider(new BouncyCastleProvider())
                        .setPassword("secret".toCharArray())
                        .build();
        Path file = write("locked.pem", new JcaPKCS8Generator(identity.key(), encryptor));

        String fault = fault(directory.resolve("certificate.pem"), file);

        assertTrue(fault.contains("has a pass phrase"), fault);
    }

    @Test
    void missingAndSenselessFilesAreNamed() throws Exception {
        made.forNames(NAMES, Set.of(), NOW_MILLIS);
        Path key = directory.resolve("key.pem");
        Path certificate = directory.resolve("certificate.pem");
        Path absent = data.resolve("absent.pem");
        Path text = Files.writeString(data.resolve("text.pem"), "hello");

        assertEquals("There is no file " + absent + ".", fault(absent, key));
        assertTrue(fault(text, key).contains(text.toString()));
        assertEquals(
                "There is no private key in " + text + "; PEM is expected.",
                fault(certificate, text));
    }

    private static String fault(Path certificate, Path key) {
        return assertThrows(TlsException.class, () -> PemFiles.read(certificate, key)).getMessage();
    }

    private Path write(String name, Object content) throws Exception {
        var pem = new StringWriter();
        try (var writer = new JcaPEMWriter(pem)) {
            writer.writeObject(content);
        }
        return Files.writeString(data.resolve(name), pem.toString());
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
