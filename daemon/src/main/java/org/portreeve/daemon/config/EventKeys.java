package org.portreeve.daemon.config;

import static org.portreeve.daemon.config.ConfigKey.list;
import static org.portreeve.daemon.config.ConfigKey.one;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.daemon.config.ValueKind.Choice;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.EventSettings;
import org.portreeve.nat.event.Marks;

/**
 * The keys of events and of the journal that fails, and what is made of their values. Any thread.
 */
final class EventKeys {
    static final String FILE = "events.file";
    static final String KINDS = "events.kinds";
    static final String AGAIN = "events.repeat-after";
    static final String HIGH = "events.high-mark";
    static final String LOW = "events.low-mark";

    static final String ON_FAILURE = "records.on-failure";

    static final String DESTINATIONS = "records.destinations";

    /** The value of {@link #DESTINATIONS} that shared ports need. */
    static final String OF_SHARED_PORTS = "overlapping";

    private static final long DAY = 86_400;

    private EventKeys() {}

    static List<ConfigKey> all() {
        return List.of(
                one(
                                FILE,
                                new ValueKind.File(),
                                "",
                                "File that events are added to, one JSON object a line; empty is"
                                        + " off. A reload opens it anew, for rotation.")
                        .live(),
                list(
                                KINDS,
                                new Choice(words(EnumSet.allOf(EventKind.class))),
                                words(EventSettings.usual()),
                                "Kinds of events that are told and counted; docs/events.md says what"
                                        + " each is. The default leaves out mapping-made and"
                                        + " mapping-ended, one for each mapping.")
                        .live(),
                one(
                                AGAIN,
                                new ValueKind.Span(0, DAY, ""),
                                "10s",
                                "How long a limit that a subscriber runs against is not told"
                                        + " again.")
                        .live(),
                one(
                                HIGH,
                                new ValueKind.Whole(1, 100, false),
                                "80",
                                "Percentage in use of ports, blocks or table rows from which"
                                        + " use-high is told.")
                        .live(),
                one(
                                LOW,
                                new ValueKind.Whole(0, 100, false),
                                "70",
                                "Percentage below which use-low is told after that; at most"
                                        + " high-mark.")
                        .live(),
                one(
                                ON_FAILURE,
                                Choice.of(OnFailure.CONTINUE.word(), OnFailure.REFUSE_NEW.word()),
                                OnFailure.REFUSE_NEW.word(),
                                "What becomes of new port blocks and pairings while the journal"
                                        + " keeps no records: refuse-new refuses them; continue"
                                        + " uses them and records them when the journal works"
                                        + " again, unless the node ends before.")
                        .live(),
                one(
                        DESTINATIONS,
                        Choice.of("none", OF_SHARED_PORTS),
                        "none",
                        "Which remote addresses are kept with who had a port: none (RFC 6888"
                                + " REQ-12), or those of connections at overlap-ports, which need"
                                + " them."));
    }

    /** The settings of values without faults. */
    static NodeConfig.Events read(Settings settings) {
        Set<EventKind> kinds = EnumSet.noneOf(EventKind.class);
        settings.texts(KINDS).forEach(word -> EventKind.of(word).ifPresent(kinds::add));
        var marks = new Marks(settings.whole(HIGH), settings.whole(LOW));
        return new NodeConfig.Events(
                Optional.of(settings.text(FILE))
                        .filter(text -> !text.isEmpty())
                        .map(text -> Path.of(text).toAbsolutePath().normalize()),
                EventSettings.of(kinds, settings.nanos(AGAIN), marks));
    }

    private static List<String> words(Set<EventKind> kinds) {
        return Arrays.stream(EventKind.values())
                .filter(kinds::contains)
                .map(EventKind::word)
                .toList();
    }
}
