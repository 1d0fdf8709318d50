package org.portreeve.nat.io.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.Prefix;

class KernelSettingsTest {
    @Test
    void sourcesAreCheckedAtInsideInterfacesAlone() {
        assertEquals(
                List.of(
                        "ipv4/conf/all/rp_filter=0",
                        "ipv4/conf/pr0-in/rp_filter=0",
                        "ipv4/conf/pr0-out/rp_filter=0",
                        "ipv4/conf/eth3/rp_filter=0",
                        "ipv4/conf/eth1/rp_filter=1",
                        "ipv4/conf/eth2/rp_filter=1"),
                reversePathFilters(IngressCheck.STRICT));
    }

    @Test
    void withoutTheCheckWhatAnEarlierStartSetIsTakenBack() {
        assertEquals(
                List.of("ipv4/conf/eth1/rp_filter=0", "ipv4/conf/eth2/rp_filter=0"),
                reversePathFilters(IngressCheck.OFF).subList(4, 6));
    }

    private static List<String> reversePathFilters(IngressCheck check) {
        var config =
                new RouteConfig(
                        "pr0",
                        List.of("eth1", "eth2"),
                        List.of("eth3"),
                        List.of(Prefix.of("100.64.0.0/10")),
                        List.of(Prefix.of("198.51.100.0/28")),
                        List.of(),
                        check);
        return KernelSettings.deviceSettings(config).stream()
                .filter(setting -> setting.file().endsWith("rp_filter"))
                .map(setting -> setting.file() + "=" + setting.value())
                .toList();
    }
}
