package org.portreeve.admin.record;

import java.util.Locale;
import org.portreeve.control.counter.Counter;

/** What the admin server counts. */
public enum AdminCounter implements Counter {
    REQUESTS_PAGES("Requests for pages that were looked at"),
    REQUESTS_API("Requests for the API that were looked at, over HTTPS"),
    REQUESTS_LOCAL("Requests for the API on the control socket"),

    LOGINS("Logins and API requests whose name and password were right"),
    LOGINS_REFUSED(
            "Logins whose name or password was wrong: many of them are somebody guessing; the"
                    + " audit has names and addresses"),
    LOGINS_THROTTLED(
            "Logins refused unseen because too many before them were wrong: a guesser, or a"
                    + " script with an old password"),
    LOGINS_BUSY("Logins refused because too many others were being looked at: a flood"),

    SESSIONS_OPENED("Sessions that began with a login"),
    SESSIONS_EVICTED(
            "Sessions ended early because there were too many: a script that logs in each time"
                    + " instead of using Basic authentication"),

    REFUSED_WRONG_HOST(
            "Requests whose Host is not this node's: a name is missing in the certificate, or"
                    + " somebody else's page tries to reach the node through a browser"),
    REFUSED_UNAUTHENTICATED("Requests that need a login and had none"),
    REFUSED_ROLE("Requests of users whose role does not permit them"),
    REFUSED_PASSWORD(
            "Requests of users who have to choose their own password first: a script that uses"
                    + " the password an administrator gave"),
    REFUSED_BUSY("Requests refused because too many others waited for the node: a flood"),
    REFUSED_FORGED(
            "Changes refused because they came from another site's page or without the session's"
                    + " token: an attack on staff, or a page left open over a new login"),
    REFUSED_CONNECTIONS(
            "Connections closed because there were too many, of all or of one address: a flood, or"
                    + " many people behind one address"),
    CONNECTIONS_TIMED_OUT(
            "Connections closed because no whole request came in time: browsers that were done,"
                    + " mostly; with many refused connections somebody holds them on purpose"),
    REFUSED_MALFORMED("Requests that are not HTTP or exceed what a request may hold"),

    STREAMS_OPENED("Streams of events that began"),
    STREAMS_REFUSED("Streams of events refused because there were too many"),
    STREAM_EVENTS_DROPPED("Events left out of a stream because its reader was too slow"),

    FAILURES("Requests that the node failed to do; its log has the reason");

    private final String help;

    AdminCounter(String help) {
        this.help = help;
    }

    @Override
    public String help() {
        return help;
    }

    @Override
    public String metricName() {
        return "admin_" + name().toLowerCase(Locale.ROOT) + "_total";
    }
}
