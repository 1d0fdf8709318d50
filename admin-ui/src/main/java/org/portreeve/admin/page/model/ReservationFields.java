package org.portreeve.admin.page.model;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.portreeve.admin.page.part.Choice;
import org.portreeve.control.reservation.FieldFault;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;

/** The fields of a reservation as somebody typed them. Immutable. */
public record ReservationFields(
        String protocol,
        String internalAddress,
        String internalPort,
        String externalAddress,
        String externalPort,
        String description) {
    private static final String TCP = "tcp";
    private static final String UDP = "udp";

    /** What came of reading the fields. Immutable. */
    public sealed interface Reading {
        /** They mean this. */
        record Meant(ReservationDraft draft) implements Reading {}

        /** They mean nothing; each fault names its field. */
        record Unreadable(List<FieldFault> faults) implements Reading {
            /** Takes a copy of the list. */
            public Unreadable {
                faults = List.copyOf(faults);
            }
        }
    }

    /** Nothing typed yet. */
    public static ReservationFields empty() {
        return new ReservationFields(TCP, "", "", "", "", "");
    }

    /** What a reservation says now. */
    public static ReservationFields of(Reservation reservation) {
        return new ReservationFields(
                reservation.internal().protocol() == Protocol.UDP ? UDP : TCP,
                Ipv4.format(reservation.internal().internalIp()),
                Integer.toString(reservation.internal().internalPort()),
                Ipv4.format(reservation.externalIp()),
                Integer.toString(reservation.externalPort()),
                reservation.description());
    }

    /** The protocols to choose from. */
    public List<Choice> protocols() {
        return List.of(
                new Choice(TCP, "TCP", !protocol.equals(UDP)),
                new Choice(UDP, "UDP", protocol.equals(UDP)));
    }

    /** What is meant, or everything that is wrong with how it is written. */
    public Reading read() {
        List<FieldFault> faults = new ArrayList<>();
        int protocolNumber = protocolNumber(faults);
        int internalIp = address("internal-address", internalAddress, faults);
        int port = port("internal-port", internalPort, faults);
        OptionalInt externalIp =
                externalAddress.isBlank()
                        ? OptionalInt.empty()
                        : OptionalInt.of(address("external-address", externalAddress, faults));
        int reservedPort = port("external-port", externalPort, faults);
        checkDescription(faults);
        if (!faults.isEmpty()) {
            return new Reading.Unreadable(faults);
        }
        var internal = InternalTuple.of(protocolNumber, internalIp, port);
        return new Reading.Meant(
                new ReservationDraft(internal, externalIp, reservedPort, description.strip()));
    }

    private int protocolNumber(List<FieldFault> faults) {
        if (!protocol.equals(TCP) && !protocol.equals(UDP)) {
            faults.add(new FieldFault("protocol", "Choose TCP or UDP."));
        }
        return protocol.equals(UDP) ? Protocol.UDP : Protocol.TCP;
    }

    private static int address(String field, String text, List<FieldFault> faults) {
        OptionalInt ip = Ipv4.parse(text.strip());
        if (ip.isEmpty()) {
            faults.add(new FieldFault(field, "Write an IPv4 address such as 192.0.2.7."));
        }
        return ip.orElse(0);
    }

    private static int port(String field, String text, List<FieldFault> faults) {
        String digits = text.strip();
        boolean isNumber = digits.matches("[0-9]{1,5}");
        int port = isNumber ? Integer.parseInt(digits) : 0;
        if (port < 1 || port > PortRange.MAX_PORT) {
            faults.add(
                    new FieldFault(
                            field, "Write a port number from 1 to " + PortRange.MAX_PORT + "."));
        }
        return port;
    }

    private void checkDescription(List<FieldFault> faults) {
        boolean hasControls = description.strip().chars().anyMatch(Character::isISOControl);
        if (hasControls || description.strip().length() > ReservationDraft.MAX_DESCRIPTION) {
            faults.add(
                    new FieldFault(
                            "description",
                            "Write one line of at most "
                                    + ReservationDraft.MAX_DESCRIPTION
                                    + " characters."));
        }
    }
}
