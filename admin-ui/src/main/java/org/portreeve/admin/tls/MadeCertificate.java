package org.portreeve.admin.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObjectGenerator;
import org.bouncycastle.util.io.pem.PemWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that a node makes for itself, so that the first login is encrypted already; no
 * browser trusts it unasked. Worker threads.
 */
public final class MadeCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(MadeCertificate.class);

    /** The most that browsers accept of a certificate that was trusted by hand. */
    static final Duration LIFE = Duration.ofDays(825);

    /** A start so near to the end makes a new one. */
    static final Duration RENEWAL = Duration.ofDays(30);

    /** Clocks of browsers may be behind. */
    private static final Duration SKEW = Duration.ofDays(1);

    private static final int SERIAL_BITS = 127;
    private static final String CERTIFICATE = "certificate.pem";
    private static final String KEY = "key.pem";

    private final Path directory;
    private final SecureRandom random;

    /** A certificate kept in this directory, which is made when missing. */
    public MadeCertificate(Path directory, SecureRandom random) {
        this.directory = directory;
        this.random = random;
    }

    /**
     * The one made earlier, or a new one when it ends soon, lacks one of the names that it must
     * have or cannot be read.
     *
     * @param needed names that it is made again for
     * @param more names that a new one has too; they may come and go
     */
    public TlsIdentity forNames(Set<String> needed, Set<String> more, long nowMillis)
            throws TlsException {
        Optional<TlsIdentity> kept = kept();
        if (kept.isPresent() && isGood(kept.orElseThrow(), needed, nowMillis)) {
            return kept.orElseThrow();
        }
        var names = new TreeSet<>(needed);
        names.addAll(more);
        make(names, nowMillis);
        return PemFiles.read(directory.resolve(CERTIFICATE), directory.resolve(KEY));
    }

    private Optional<TlsIdentity> kept() {
        Path certificateFile = directory.resolve(CERTIFICATE);
        Path keyFile = directory.resolve(KEY);
        if (!Files.exists(certificateFile) || !Files.exists(keyFile)) {
            return Optional.empty();
        }
        try {
            return Optional.of(PemFiles.read(certificateFile, keyFile));
        } catch (TlsException e) {
            // A crash between the two files, or a disk that lost one: nobody else's to repair.
            LOG.warn("A new certificate for the admin pages is made: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static boolean isGood(TlsIdentity kept, Set<String> needed, long nowMillis)
            throws TlsException {
        Instant renewal = kept.certificate().getNotAfter().toInstant().minus(RENEWAL);
        return nowMillis < renewal.toEpochMilli() && kept.names().containsAll(needed);
    }

    private void make(Set<String> names, long nowMillis) throws TlsException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair pair = generator.generateKeyPair();
            X509Certificate certificate = sign(pair, names, nowMillis);
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            EnumSet.of(
                                    PosixFilePermission.OWNER_READ,
                                    PosixFilePermission.OWNER_WRITE,
                                    PosixFilePermission.OWNER_EXECUTE)));
            write(KEY, new JcaPKCS8Generator(pair.getPrivate(), null));
            write(CERTIFICATE, new JcaMiscPEMGenerator(certificate));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new TlsException(
                    "No certificate for the admin pages could be made in %s: %s"
                            .formatted(directory, e),
                    e);
        }
    }

    private X509Certificate sign(KeyPair pair, Set<String> names, long nowMillis)
            throws CertIOException, GeneralSecurityException, OperatorCreationException {
        var subject = new X500Name("CN=Portreeve");
        Instant begin = Instant.ofEpochMilli(nowMillis).minus(SKEW);
        var builder =
                new JcaX509v3CertificateBuilder(
                        subject,
                        new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE),
                        Date.from(begin),
                        Date.from(begin.plus(LIFE)),
                        subject,
                        pair.getPublic());
        builder.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        var signer =
                new JcaContentSignerBuilder("SHA256withECDSA")
                        .setSecureRandom(random)
                        .build(pair.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    private static GeneralNames alternatives(Set<String> names) {
        return new GeneralNames(
                names.stream()
                        .map(name ->
                                new GeneralName(
                                        isAddress(name)
                                                ? GeneralName.iPAddress
                                                : GeneralName.dNSName,
                                        name))
                        .toArray(GeneralName[]::new));
    }

    private static boolean isAddress(String name) {
        return name.contains(":") || name.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }

    /** Nobody else can read the file at any moment, and a crash leaves the old one or the new. */
    private void write(String name, PemObjectGenerator content) throws IOException {
        var pem = new StringWriter();
        try (var writer = new PemWriter(pem)) {
            writer.writeObject(content);
        }
        Path written =
                Files.createTempFile(
                        directory,
                        name,
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                EnumSet.of(
                                        PosixFilePermission.OWNER_READ,
                                        PosixFilePermission.OWNER_WRITE)));
        ByteBuffer octets = StandardCharsets.US_ASCII.encode(pem.toString());
        try (var file = FileChannel.open(written, StandardOpenOption.WRITE)) {
            while (octets.hasRemaining()) {
                file.write(octets);
            }
            file.force(true);
        }
        Files.move(
                written,
                directory.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        // The new name is durable with its directory only.
        try (var names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }
}
