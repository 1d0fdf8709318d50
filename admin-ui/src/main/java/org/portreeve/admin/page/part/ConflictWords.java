package org.portreeve.admin.page.part;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;

/**
 * A conflict in words that staff can act on. Immutable.
 *
 * @param what who holds what
 * @param until when that ends, if it is known
 * @param advice what is allowed
 * @param otherId the other reservation that holds it, if it is one
 * @param canWait whether it goes away by itself
 * @param canEvict whether staff may end it
 * @param isWarning whether it is in nobody's way, and only to be known
 */
public record ConflictWords(
        String what,
        Optional<Moment> until,
        String advice,
        OptionalLong otherId,
        boolean canWait,
        boolean canEvict,
        boolean isWarning) {
    private static final String WAIT_OR_MOVE =
            "Choose another external port, or save now and let the reservation wait.";

    private ConflictWords(
            String what,
            Optional<Moment> until,
            String advice,
            OptionalLong otherId,
            boolean canWait,
            boolean canEvict) {
        this(what, until, advice, otherId, canWait, canEvict, false);
    }

    /** The words for each. */
    public static List<ConflictWords> all(List<Conflict> conflicts, long nowMillis) {
        return conflicts.stream().map(conflict -> of(conflict, nowMillis)).toList();
    }

    /** The words for a conflict. */
    public static ConflictWords of(Conflict conflict, long nowMillis) {
        return switch (conflict) {
            case Conflict.PortLeased leased -> leased(leased, nowMillis);
            case Conflict.PortReserved(long id, InternalTuple internal) -> reserved(id, internal);
            case Conflict.PortResting resting -> resting(resting, nowMillis);
            case Conflict.PortInUse(String subscriber) -> inUse(subscriber);
            case Conflict.BlockHeld held -> blockHeld(held);
            case Conflict.InternalLeased leased -> internalLeased(leased, nowMillis);
            case Conflict.InternalReserved(long id, int ip, int port) ->
                    internalReserved(id, ip, port);
            case Conflict.PairedElsewhere(String subscriber, int ip) -> paired(subscriber, ip);
        };
    }

    private static ConflictWords leased(Conflict.PortLeased leased, long nowMillis) {
        String named =
                leased.description().isEmpty()
                        ? ""
                        : " (“" + Words.said(leased.description()) + "”)";
        return new ConflictWords(
                "Subscriber "
                        + Words.said(leased.subscriber())
                        + " holds this external port by "
                        + Words.origin(leased.origin())
                        + " for "
                        + Words.internal(leased.internal())
                        + named
                        + ".",
                Optional.of(Moment.of(leased.untilMillis(), nowMillis)),
                "Its owner may renew it before it ends. Choose another external port, save now and"
                        + " let the reservation wait, or end the mapping: its owner finds out with the"
                        + " next request.",
                OptionalLong.empty(),
                true,
                true);
    }

    private static ConflictWords reserved(long id, InternalTuple internal) {
        return new ConflictWords(
                "Reservation " + id + " has this external port, for " + internal + ".",
                Optional.empty(),
                "Choose another external port, or change or delete reservation " + id + " first.",
                OptionalLong.of(id),
                false,
                false);
    }

    private static ConflictWords resting(Conflict.PortResting resting, long nowMillis) {
        String whose =
                resting.subscriber().isEmpty()
                        ? "another subscriber"
                        : "subscriber " + Words.said(resting.subscriber());
        Optional<Moment> until =
                resting.untilMillis().isPresent()
                        ? Optional.of(Moment.of(resting.untilMillis().getAsLong(), nowMillis))
                        : Optional.empty();
        return new ConflictWords(
                "This external port rests after its last use by " + whose + ".",
                until,
                "Late packets may still arrive for it. The reservation takes it at once all the same.",
                OptionalLong.empty(),
                true,
                true,
                true);
    }

    private static ConflictWords inUse(String subscriber) {
        return new ConflictWords(
                "Outbound traffic of subscriber "
                        + Words.said(subscriber)
                        + " uses this external port now.",
                Optional.empty(),
                "It is free when those sessions have ended. " + WAIT_OR_MOVE,
                OptionalLong.empty(),
                true,
                false);
    }

    private static ConflictWords blockHeld(Conflict.BlockHeld held) {
        return new ConflictWords(
                "This external port lies in the port block "
                        + held.firstPort()
                        + "–"
                        + held.lastPort()
                        + " of subscriber "
                        + Words.said(held.subscriber())
                        + ".",
                Optional.empty(),
                "The block returns when that subscriber has not used it for a while. "
                        + WAIT_OR_MOVE,
                OptionalLong.empty(),
                true,
                false);
    }

    private static ConflictWords internalLeased(Conflict.InternalLeased leased, long nowMillis) {
        return new ConflictWords(
                "The internal address and port have a mapping by "
                        + Words.origin(leased.origin())
                        + " already, at "
                        + Words.endpoint(leased.externalIp(), leased.externalPort())
                        + ".",
                Optional.of(Moment.of(leased.untilMillis(), nowMillis)),
                "Reserve external port "
                        + leased.externalPort()
                        + " instead, save now and let the reservation wait, or end the mapping: its"
                        + " owner finds out with the next request.",
                OptionalLong.empty(),
                true,
                true);
    }

    private static ConflictWords internalReserved(long id, int externalIp, int externalPort) {
        return new ConflictWords(
                "Reservation "
                        + id
                        + " has this internal address and port already, at "
                        + Words.endpoint(externalIp, externalPort)
                        + ".",
                Optional.empty(),
                "One internal port has one external port. Choose another internal port, or change"
                        + " reservation "
                        + id
                        + " instead.",
                OptionalLong.of(id),
                false,
                false);
    }

    private static ConflictWords paired(String subscriber, int externalIp) {
        return new ConflictWords(
                "Subscriber "
                        + Words.said(subscriber)
                        + " is paired with external address "
                        + Ipv4.format(externalIp)
                        + " and has only that one.",
                Optional.empty(),
                "Choose external address "
                        + Ipv4.format(externalIp)
                        + " or leave the external address empty, or save now and let the reservation wait"
                        + " until the subscriber is paired with the other one.",
                OptionalLong.empty(),
                true,
                false);
    }
}
