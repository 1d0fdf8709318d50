package org.portreeve.control.notice;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Makes few lines of much: the first time at once, then at most one line of each notice in a
 * minute, which names whom it was about first and says how often it happened since the last one.
 * Event loop only.
 */
public final class Notices {
    /** Between two lines of the same notice. */
    public static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

    private final IntFunction<String> names;
    private final Map<Notice, Kept> kept = new EnumMap<>(Notice.class);
    private boolean isAnything;

    /**
     * Nothing to tell yet.
     *
     * @param names how a line calls whoever has an IPv4 address
     */
    public Notices(IntFunction<String> names) {
        this.names = names;
        Arrays.stream(Notice.values()).forEach(notice -> kept.put(notice, new Kept()));
    }

    /** It happened to whoever has this IPv4 address. */
    public void add(Notice notice, int ip) {
        add(notice, () -> names.apply(ip));
    }

    /** It happened to somebody whom a line calls so. */
    public void add(Notice notice, Supplier<String> name) {
        Kept each = kept.get(notice);
        each.first = each.count == 0 ? name.get() : each.first;
        each.count++;
        isAnything = true;
    }

    /** It happened so many times, to nobody in particular. */
    public void addTimes(Notice notice, long times) {
        if (times > 0) {
            kept.get(notice).count += times;
            isAnything = true;
        }
    }

    /** A line that is to be written now. */
    public Optional<String> poll(long nowNs) {
        if (!isAnything) {
            return Optional.empty();
        }
        for (Map.Entry<Notice, Kept> entry : kept.entrySet()) {
            Kept each = entry.getValue();
            if (each.count > 0 && (!each.wasTold || nowNs - each.toldNs >= INTERVAL_NS)) {
                return Optional.of(told(entry.getKey(), each, nowNs));
            }
        }
        isAnything = kept.values().stream().anyMatch(each -> each.count > 0);
        return Optional.empty();
    }

    private String told(Notice notice, Kept each, long nowNs) {
        String line = notice.about(each.first);
        String times = each.count == 1 ? "once" : "%,d times".formatted(each.count);
        String since =
                each.wasTold
                        ? " in " + TimeUnit.NANOSECONDS.toSeconds(nowNs - each.toldNs) + " s"
                        : "";
        each.count = 0;
        each.first = "";
        each.wasTold = true;
        each.toldNs = nowNs;
        return line + " (" + times + since + ")";
    }

    /** What happened of one kind since its last line. */
    private static final class Kept {
        private long count;
        private String first = "";
        private boolean wasTold;
        private long toldNs;
    }
}
