package org.portreeve.upnp.counter;

import java.util.Locale;
import org.portreeve.control.counter.Counter;

/** What the UPnP gateway counts. */
public enum UpnpCounter implements Counter {
    SSDP_SEARCHES("Searches of control points that were well-formed, whatever they looked for"),
    SSDP_ANSWERS("Answers to searches that were sent"),
    SSDP_DROPPED_MALFORMED(
            "Datagrams at the SSDP port that are no search: announcements of other devices, mostly"),
    SSDP_DROPPED_OFF_LINK(
            "Searches whose source is not on the link they came by: forged or routed"),
    SSDP_DROPPED_SOURCE_RATE(
            "Searches of hosts that search more than a control point does: a host in a loop, or"
                    + " somebody who wants answers to go to a forged source"),
    SSDP_DROPPED_TOTAL_RATE(
            "Searches dropped because all hosts together search more than is answered: a flood"),
    SSDP_ANSWER_UNSENT("Answers and announcements that the kernel did not take"),

    HTTP_REQUESTS("HTTP requests that were read whole"),
    HTTP_REFUSED_CONNECTIONS(
            "Connections closed at once because too many are open, of one host or of all"),
    HTTP_TOO_SLOW("Connections closed because a request did not arrive in time"),
    HTTP_TOO_LARGE("Requests whose body is larger than any action is"),
    HTTP_FOREIGN_HOST(
            "Requests whose Host header does not name this node's address: a web page that was"
                    + " made to ask for its reader (DNS rebinding)"),
    HTTP_NOT_ADMITTED(
            "Requests refused because the host is no subscriber, or its subscriber is over its"
                    + " request rate"),
    HTTP_BUSY("Requests refused because too many are under way"),
    HTTP_FAILED("Requests answered with 500 because of a defect; the log has the first of them"),
    HTTP_UNANSWERED(
            "Requests answered with 503 because the UPnP stack did not answer in time: it is"
                    + " stopping, or defective"),

    XML_REFUSED(
            "Requests whose XML is malformed, nested too deep, or has a document type: the last is"
                    + " an attempt to have files read or memory filled"),

    ACTIONS("Actions that were called, with readable arguments or not"),
    ACTIONS_REFUSED("Actions that were answered with a fault"),
    ACTIONS_BUSY(
            "Actions answered with fault 501 because port control had too many questions of hosts"),
    EXACT_PORT_UNAVAILABLE(
            "AddPortMapping refused because the one external port it insists on cannot be had:"
                    + " taken, resting, or in the range of port blocks"),
    RENEWALS("Leases renewed because the control point asked for longer than port control grants"),
    RENEWALS_REFUSED("Such renewals that port control refused; the mapping ends early"),

    EVENT_SUBSCRIPTIONS("Subscriptions to events that were made or renewed"),
    EVENT_FOREIGN_CALLBACK(
            "Subscriptions refused because events were to go to another host than the one that"
                    + " asked: an attack on that host"),
    EVENT_SUBSCRIPTIONS_REFUSED(
            "Subscriptions refused because they are malformed, unknown, or too many"),
    EVENTS_SENT("Event messages that the control point took"),
    EVENTS_LOST("Event messages that the control point did not take"),
    EVENTS_PUT_OFF(
            "Event messages put off by a second because port control had too many questions of"
                    + " hosts");

    private final String help;

    UpnpCounter(String help) {
        this.help = help;
    }

    @Override
    public String help() {
        return help;
    }

    @Override
    public String metricName() {
        return "upnp_" + name().toLowerCase(Locale.ROOT) + "_total";
    }
}
