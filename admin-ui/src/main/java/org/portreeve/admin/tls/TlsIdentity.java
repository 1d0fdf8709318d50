package org.portreeve.admin.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A private key and the certificates that speak for it. Immutable.
 *
 * @param chain the key's own certificate first
 */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
    /** Kinds of subject alternative names (RFC 5280 §4.2.1.6). */
    private static final int DNS_NAME = 2;

    private static final int IP_ADDRESS = 7;

    /** Takes a copy of the list. */
    public TlsIdentity {
        chain = List.copyOf(chain);
    }

    /** The certificate that clients look at. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** DNS names in the certificate. */
    public Set<String> dnsNames() throws TlsException {
        return names(DNS_NAME);
    }

    /** All names and addresses in the certificate. */
    Set<String> names() throws TlsException {
        var names = new TreeSet<>(names(DNS_NAME));
        names.addAll(names(IP_ADDRESS));
        return names;
    }

    private Set<String> names(int kind) throws TlsException {
        var names = new TreeSet<String>();
        try {
            Collection<List<?>> alternatives = certificate().getSubjectAlternativeNames();
            for (List<?> name : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (name.getFirst().equals(kind)) {
                    names.add(name.get(1).toString());
                }
            }
        } catch (CertificateParsingException e) {
            throw new TlsException("The certificate's names cannot be read: " + e.getMessage(), e);
        }
        return names;
    }

    /** What a person compares with what the browser shows. */
    public String fingerprint() throws TlsException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate().getEncoded());
            return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new TlsException("The certificate has no fingerprint: " + e.getMessage(), e);
        }
    }

    /** A PKCS #12 key store in memory. */
    public byte[] keyStore(String password) throws TlsException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "admin", key, password.toCharArray(), chain.toArray(Certificate[]::new));
            var bytes = new ByteArrayOutputStream();
            store.store(bytes, password.toCharArray());
            return bytes.toByteArray();
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException("The key cannot be used: " + e.getMessage(), e);
        }
    }
}
