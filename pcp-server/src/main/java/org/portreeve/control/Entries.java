package org.portreeve.control;

import java.util.HashMap;
import java.util.Map;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.ProfileRules;

/**
 * What the directory says of subscribers: their addresses, where another shard may have sessions of
 * these, and their profiles. The one writer of the directory; event loop only.
 */
final class Entries {
    private static final int REALM = InternalTuple.DEFAULT_REALM;

    private final ControlState state;
    private final Directory directory;
    private final Profiles profiles = new Profiles();

    /** Who had an internal address before a reload; of as many as are in the directory. */
    private final Map<Integer, Subscriber> handedOn = new HashMap<>();

    Entries(ControlState state, Directory directory) {
        this.state = state;
        this.directory = directory;
    }

    /** Makes shards ready for a policy, as {@link Directory#prepare}. */
    void prepare(Policy policy) {
        directory.prepare(
                ProfileRules.of(policy.profiles().values().stream().map(Profile::rules).toList()));
    }

    /**
     * Lets the rules of a policy hold.
     *
     * @param isFollowed whether profiles of all policies before were followed everywhere
     */
    void apply(Policy policy, boolean isFollowed) {
        directory.rules(ProfileRules.of(profiles.apply(policy, isFollowed)));
    }

    /** Lets the translator know the profile of a subscriber, and whether it is drained. */
    void showProfile(Subscriber subscriber) {
        Profile profile = state.subscribers.profileOf(subscriber.key);
        boolean isClosed = state.isDrained.test(subscriber.key);
        directory.profile(subscriber.index, profiles.indexOf(profile), isClosed);
    }

    /** Lets packets of an internal address go by the address that its subscriber has now. */
    void show(Subscriber subscriber, int internalIp) {
        directory.put(
                REALM,
                internalIp,
                subscriber.index,
                subscriber.addressIndex,
                formerIndex(subscriber, internalIp));
    }

    /** The same for all its internal addresses. */
    void showAll(Subscriber subscriber) {
        for (int i = 0; i < subscriber.addressCount(); i++) {
            show(subscriber, subscriber.address(i));
        }
    }

    /** Where another shard may have sessions of an internal address. */
    private int formerIndex(Subscriber subscriber, int internalIp) {
        Subscriber giver = handedOn.get(internalIp);
        boolean isElsewhere =
                giver != null
                        && state.nat.shardOf(giver.addressIndex)
                                != state.nat.shardOf(subscriber.addressIndex);
        return subscriber.formerIndex == Subscriber.NO_FORMER && isElsewhere
                ? giver.addressIndex
                : subscriber.formerIndex;
    }

    /** Takes an address out of the directory, unless its next owner has put it there anew. */
    void withdraw(Subscriber subscriber, int internalIp) {
        long pairing = directory.find(REALM, internalIp);
        if (pairing != Directory.NONE && Directory.subscriber(pairing) == subscriber.index) {
            directory.remove(REALM, internalIp);
        }
    }

    /** Its next owner may be of another shard; the sessions that it has are not cut. */
    void handOn(Subscriber giver, int internalIp) {
        handedOn.put(internalIp, giver);
        giver.handedOn.add(internalIp);
    }

    /** A subscriber has nothing left, sessions of addresses that it lost included. */
    void endHandingOn(Subscriber giver) {
        while (!giver.handedOn.isEmpty()) {
            int internalIp = giver.handedOn.poll();
            if (handedOn.remove(internalIp, giver)) {
                state.subscribers
                        .find(state.subscribers.keyOf(REALM, internalIp))
                        // One that is being given up has been taken out of the directory.
                        .filter(owner -> owner.isPaired() && owner.hasAddress(internalIp))
                        .ifPresent(owner -> show(owner, internalIp));
            }
        }
    }
}
