package org.portreeve.house;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.Resource;

/** The page of events names and shows every kind. */
class EventPageTest {
    @Test
    void everyKindIsExplainedInItsWordsAndShown() {
        String page = Sources.read(Sources.ROOT.resolve("docs/events.md"));
        for (EventKind kind : EventKind.values()) {
            assertTrue(page.contains("`" + kind.word() + "`"), kind::word);
            assertTrue(page.contains(kind.help()), kind::help);
            assertTrue(page.contains("\"event\":\"" + kind.word() + "\""), kind::word);
        }
        for (Resource resource : Resource.values()) {
            boolean isNamed = page.contains("`" + resource.word() + "`");
            assertTrue(isNamed || resource == Resource.NONE, resource::word);
        }
    }
}
