package org.portreeve.admin.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostNamesTest {
    private final HostNames names = HostNames.of(Set.of("cgn-1", "Node.Example", "*.wild.example"));

    @ParameterizedTest
    @CsvSource({
        "localhost:8443, true",
        "LOCALHOST, true",
        "127.0.0.1:8443, true",
        "[::1]:8443, true",
        "cgn-1, true",
        "node.example:443, true",
        "a.wild.example, true",
        "a.b.wild.example, false",
        "wild.example, false",
        "evil.example, false",
        "127.0.0.1.evil.example, false",
        "localhost.evil.example, false",
        "localhost:8443@evil.example, false",
        "'', false"
    })
    void ownNamesAndAddressesAreOwn(String host, boolean isOwn) {
        assertEquals(isOwn, names.isOwn(host));
    }
}
