package org.portreeve.nat.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.rules.Rules;

class DirectoryTest {
    private static final Rules RULES =
            Rules.of(
                    new Rules.Quota(1, 1, 1, 1, 1),
                    new PortRange(1, 2),
                    new Rules.Eif(1, 1, 1, 1_000_000_000L, false));

    @Test
    void readersMakeReadyForRulesBeforeTheyHold() {
        var directory = new Directory();
        List<ProfileRules> heard = new ArrayList<>();
        List<ProfileRules> holding = new ArrayList<>();

        directory.beforeRules(rules -> {
            heard.add(rules);
            holding.add(directory.rules());
        });
        ProfileRules first = ProfileRules.of(List.of(RULES));
        ProfileRules second = ProfileRules.of(List.of(RULES, RULES));
        directory.prepare(first);
        assertSame(ProfileRules.NONE, directory.rules());
        heard.removeLast();
        holding.removeLast();
        directory.rules(first);
        directory.rules(second);

        assertEquals(List.of(ProfileRules.NONE, first, second), heard);
        assertEquals(List.of(ProfileRules.NONE, ProfileRules.NONE, first), holding);
        assertSame(second, directory.rules());
    }
}
