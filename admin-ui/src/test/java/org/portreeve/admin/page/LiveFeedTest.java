package org.portreeve.admin.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.admin.page.model.OverviewModel;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.page.part.Templates;
import org.portreeve.admin.web.NodeFacts;
import org.portreeve.admin.web.NodeFacts.AnswerCount;
import org.portreeve.control.store.User.Role;

class LiveFeedTest {
    @Test
    void countsAreSentAndOnlyANewResultAsksForThePageAgain() {
        var once = LiveFeed.json(answered(new AnswerCount("PCP", "SUCCESS", 1)), 0);
        var twice =
                LiveFeed.json(
                        answered(
                                new AnswerCount("PCP", "SUCCESS", 2),
                                new AnswerCount("UPnP", "718", 0)),
                        1000);
        var other =
                LiveFeed.json(
                        answered(
                                new AnswerCount("PCP", "SUCCESS", 2),
                                new AnswerCount("UPnP", "718", 1)),
                        2000);

        assertEquals("{\"PCP SUCCESS\":2}", twice.getJsonObject("answers").encode());
        assertEquals(once.getInteger("stamp"), twice.getInteger("stamp"));
        assertNotEquals(twice.getInteger("stamp"), other.getInteger("stamp"));
    }

    @Test
    void rowsAreMarkedAsTheirCountsAreSent() {
        String page = page(new AnswerCount("PCP", "SUCCESS", 1));

        assertTrue(page.contains("data-answer=\"PCP SUCCESS\""), page);
    }

    @Test
    void answersThatWereNeverGivenAreNone() {
        String page = page(new AnswerCount("PCP", "SUCCESS", 0));

        assertTrue(page.contains("Nobody has asked for a port yet"), page);
        assertFalse(page.contains("SUCCESS"), page);
    }

    private static String page(AnswerCount answer) {
        var frame = Samples.frame("Overview", Section.OVERVIEW, Role.ADMIN);
        return new Templates().page("overview", OverviewModel.of(frame, answered(answer)));
    }

    private static NodeFacts answered(AnswerCount... answers) {
        NodeFacts facts = Samples.facts(true);
        return new NodeFacts(
                facts.node(),
                facts.version(),
                facts.uptimeSeconds(),
                facts.ready(),
                facts.poolAddresses(),
                facts.shards(),
                facts.holdings(),
                facts.traffic(),
                List.of(answers),
                facts.services());
    }
}
