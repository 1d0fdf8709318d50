package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.portreeve.nat.directory.Directory;

/**
 * A subscriber that has, or wants, something on this node. Owned by {@link Subscribers}, its
 * pairing by {@link Pairings}. Event loop only.
 */
final class Subscriber {
    /** Internal addresses of one subscriber that may be published. */
    static final int MAX_ADDRESSES = 1024;

    /** No other shard has anything of it. */
    static final int NO_FORMER = Directory.NO_FORMER;

    private static final int[] NO_ADDRESSES = {};

    /** Its index in shards, directory and the rows of books. */
    final int index;

    /** What {@link Subscribers#keyOf} says of its addresses. */
    final long key;

    /** The name that records carry. */
    final String id;

    Pairing pairing = Pairing.NONE;

    /** Whether the pairing is in use though the journal has no record of it. */
    boolean isUnrecorded;

    /** How often it was paired; tells a record of now from one of a pairing before. */
    int pairings;

    /** Its paired address, while the pairing is not {@code NONE}. */
    int addressIndex;

    /** The address that it was moved from, while another shard has something of it there. */
    int formerIndex = NO_FORMER;

    /** Whether its move, or the end of one, is being decided. */
    boolean isMoving;

    /** Internal addresses that a reload gave to others, whose sessions it has still. */
    final Deque<Integer> handedOn = new ArrayDeque<>(0);

    /** Explicit mappings: leases, and grants under way. */
    int explicit;

    /** Those of them that are sets of ports. */
    int sets;

    int holds;

    /** Those of them that were ports of a set. */
    int setHolds;

    int blocks;

    /** Reservations that keep its pairing. */
    int reservations;

    /** Whether its shard has, or had, a port or block of it and so says when nothing is left. */
    boolean hadPort;

    /** Operations under way that need the pairing to stay. */
    int operations;

    /** Whether its shard said that it has nothing left there, and not otherwise since. */
    boolean idle;

    /** Grants that wait until a pairing that is being given up is decided. */
    final Deque<Runnable> parked = new ArrayDeque<>(0);

    /** Who waits until the record of the pairing is durable or lost. */
    final Deque<Runnable> undecided = new ArrayDeque<>(0);

    /** Packets that wait for the pairing. */
    final Deque<Wanted> wanted = new ArrayDeque<>(0);

    /** Questions for its address that wait for the pairing. */
    final Deque<Consumer<OptionalInt>> askers = new ArrayDeque<>(0);

    /** Whether its address was asked for, and until when that alone keeps the pairing. */
    private boolean asked;

    private long askedUntilNs;

    private int[] addresses = NO_ADDRESSES;
    private int addressCount;

    Subscriber(int index, long key, String id) {
        this.index = index;
        this.key = key;
        this.id = id;
    }

    boolean isPaired() {
        return pairing == Pairing.DURABLE;
    }

    /** Whether nothing of it is left that the journal, a client or a row of a book knows. */
    boolean isUnused() {
        return explicit == 0 && holds == 0 && operations == 0 && reservations == 0;
    }

    /**
     * Whether its shard may have nothing of it: it never had anything, so that it does not say so,
     * or said so.
     */
    boolean isPerhapsOver() {
        return !hadPort || idle;
    }

    /** Whether nobody waits for its pairing. */
    boolean isUnwanted() {
        return wanted.isEmpty() && askers.isEmpty() && parked.isEmpty();
    }

    /** Its address was asked for, which alone keeps the pairing until then. */
    void ask(long untilNs) {
        boolean isLonger = !asked || untilNs - askedUntilNs > 0;
        asked = true;
        askedUntilNs = isLonger ? untilNs : askedUntilNs;
    }

    /** Whether its address was asked for lately. */
    boolean isAsked(long nowNs) {
        asked &= askedUntilNs - nowNs > 0;
        return asked;
    }

    /** Whether an internal address of it is in the directory. */
    boolean hasAddress(int internalIp) {
        for (int i = 0; i < addressCount; i++) {
            if (addresses[i] == internalIp) {
                return true;
            }
        }
        return false;
    }

    /** Remembers a published address, or returns false: it has too many. */
    boolean addAddress(int internalIp) {
        if (addressCount == MAX_ADDRESSES) {
            return false;
        }
        if (addressCount == addresses.length) {
            addresses = Arrays.copyOf(addresses, Math.max(1, 2 * addressCount));
        }
        addresses[addressCount++] = internalIp;
        return true;
    }

    int addressCount() {
        return addressCount;
    }

    int address(int position) {
        return addresses[position];
    }

    /** Forgets a published address; the last one takes its position. */
    void removeAddress(int position) {
        addresses[position] = addresses[--addressCount];
    }

    void clearAddresses() {
        addresses = NO_ADDRESSES;
        addressCount = 0;
    }

    /** How far the pairing has come. */
    enum Pairing {
        /** No external address. */
        NONE,
        /** Chosen; its record is on its way. */
        RECORDING,
        /** Chosen, but the journal lost the record; tried again until it is durable. */
        STALLED,
        /** Packets may use it. */
        DURABLE,
        /** Its shard was asked whether it can go. */
        FORGETTING
    }

    /** A packet of an internal address waits in a shard. */
    record Wanted(int shard, int internalIp) {}
}
