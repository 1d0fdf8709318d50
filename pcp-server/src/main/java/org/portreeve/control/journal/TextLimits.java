package org.portreeve.control.journal;

import org.portreeve.control.journal.JournalRecord.AddressDrained;
import org.portreeve.control.journal.JournalRecord.BlockLeased;
import org.portreeve.control.journal.JournalRecord.BlockReleased;
import org.portreeve.control.journal.JournalRecord.ClientEpochStarted;
import org.portreeve.control.journal.JournalRecord.ClientEpochsEnded;
import org.portreeve.control.journal.JournalRecord.DrainEnded;
import org.portreeve.control.journal.JournalRecord.EpochStarted;
import org.portreeve.control.journal.JournalRecord.HoldEnded;
import org.portreeve.control.journal.JournalRecord.LeaseEnded;
import org.portreeve.control.journal.JournalRecord.LeaseGranted;
import org.portreeve.control.journal.JournalRecord.LeaseInsisted;
import org.portreeve.control.journal.JournalRecord.LeaseRested;
import org.portreeve.control.journal.JournalRecord.Paired;
import org.portreeve.control.journal.JournalRecord.PeerEnded;
import org.portreeve.control.journal.JournalRecord.PeerGranted;
import org.portreeve.control.journal.JournalRecord.PortHeld;
import org.portreeve.control.journal.JournalRecord.SubscriberDrainEnded;
import org.portreeve.control.journal.JournalRecord.SubscriberDrained;
import org.portreeve.control.journal.JournalRecord.TimeMark;
import org.portreeve.control.journal.JournalRecord.Unpaired;
import org.portreeve.nat.PeerFilter;

/** How long the texts of records may be. Pure; any thread. */
final class TextLimits {
    /** Characters of a subscriber's id; at most three octets each in UTF-8. */
    static final int MAX_SUBSCRIBER_CHARS = 255;

    /** Of a description, which has fewer octets than that today, and once had three of each. */
    static final int MAX_DESCRIPTION_CHARS = 128;

    private TextLimits() {}

    /** Refuses what has no representation: a text that is too long is a fault of the caller. */
    static void check(JournalRecord record) {
        if (record instanceof PeerGranted peer) {
            checkDescription(peer.description());
        } else if (record instanceof LeaseGranted lease) {
            check(lease);
        } else if (record instanceof LeaseInsisted(LeaseGranted lease)) {
            check(lease);
        }
        int length =
                switch (record) {
                    case LeaseGranted lease -> lease.subscriber().length();
                    case LeaseInsisted(LeaseGranted lease) -> lease.subscriber().length();
                    case PortHeld hold -> hold.subscriber().length();
                    case LeaseRested(PortHeld hold, int _) -> hold.subscriber().length();
                    case Paired paired -> paired.subscriber().length();
                    case Unpaired unpaired -> unpaired.subscriber().length();
                    case BlockLeased block -> block.subscriber().length();
                    case SubscriberDrained drained -> drained.subscriber().length();
                    case SubscriberDrainEnded ended -> ended.subscriber().length();
                    case PeerGranted peer -> peer.subscriber().length();
                    case LeaseEnded _, HoldEnded _, BlockReleased _, PeerEnded _ -> 0;
                    case EpochStarted _, TimeMark _, AddressDrained _, DrainEnded _ -> 0;
                    case ClientEpochStarted _, ClientEpochsEnded _ -> 0;
                };
        if (length > MAX_SUBSCRIBER_CHARS) {
            throw new IllegalArgumentException("subscriber id of " + length + " characters");
        }
    }

    private static void check(LeaseGranted lease) {
        checkDescription(lease.description());
        if (lease.filters().size() > PeerFilter.MOST) {
            throw new IllegalArgumentException("lease with " + lease.filters().size() + " filters");
        }
    }

    private static void checkDescription(String description) {
        if (description.length() > MAX_DESCRIPTION_CHARS) {
            throw new IllegalArgumentException(
                    "description of " + description.length() + " characters");
        }
    }
}
