package org.portreeve.daemon.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Configuration files, whatever is in them. */
class ConfigFuzzTest {
    private static final Host HOST = new Host(2, 4L << 30);

    @FuzzTest(maxDuration = "1m")
    void anyTextIsAConfigurationOrRefusedWithItsFaults(byte[] text) {
        switch (ConfigReader.read(new String(text, UTF_8), HOST)) {
            case LoadedConfig.Refused(var faults) -> assertTrue(!faults.isEmpty());
            case LoadedConfig.Valid valid -> assertTrue(valid.config().nat().shardCount() > 0);
        }
    }
}
