package org.portreeve.admin;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the admin server listens and what it shows there. Immutable.
 *
 * @param host address to listen on
 * @param port 0 for any
 * @param data the node's data directory; the certificate made on first start lives below
 * @param certificate the operator's own, PEM with its chain; both files or none
 * @param key its private key, PEM
 */
public record AdminConfig(
        String host, int port, Path data, Optional<Path> certificate, Optional<Path> key) {}
