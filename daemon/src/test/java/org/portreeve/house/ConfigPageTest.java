package org.portreeve.house;

import org.junit.jupiter.api.Test;
import org.portreeve.daemon.config.ConfigReference;

class ConfigPageTest {
    @Test
    void committedReferenceIsTheTableOfKeys() {
        Sources.assertGenerated("docs/config.md", ConfigReference.markdown());
    }
}
