package org.portreeve.control;

import java.util.Locale;
import org.portreeve.control.counter.Counter;

/** What port control counts. Each has a sentence for the operator. */
@SuppressWarnings("EnumOrdinal") // Ordinals are positions in arrays of this process.
public enum ControlCounter implements Counter {
    COMMANDS("Requests for explicit mappings that were accepted for a decision"),
    GRANTED("Requests answered with a mapping, new or renewed"),
    DELETED("Deletions answered, those of nothing included"),
    REFUSED_NOT_AUTHORIZED("Requests refused: another nonce owns the mapping, or no subscriber"),
    REFUSED_NETWORK_FAILURE("Requests refused because leases are still being restored"),
    REFUSED_NO_RESOURCES("Requests refused for a shortage of the node; see its other counters"),
    REFUSED_QUOTA("Requests refused because the subscriber is at its limit of mappings or ports"),
    REFUSED_CANNOT_PROVIDE("Requests refused that wanted one exact port which cannot be had"),
    REFUSED_FILTERS(
            "Requests refused whose mapping would have more filters than quota.filters of the profile"),
    BEYOND_FILTERING_REFUSED(
            "Requests refused because the profile's filtering keeps strangers out and its"
                    + " explicit-mappings are as-filtering"),
    NONCE_RENEWALS_REFUSED(
            "Requests to renew or change a mapping refused because its owner has another nonce: a"
                    + " client that lost its nonces, or one that guesses"),
    NONCE_DELETIONS_REFUSED("Deletions refused because the mapping's owner has another nonce"),
    NONCE_RECLAIMS_REFUSED(
            "Requests that did not get a resting port back because its owner had another nonce"),
    NONCE_OTHERS_ALLOWED(
            "Requests with another nonce than the mapping's owner that the profile let through"),
    RATE_LIMITED("Requests dropped without an answer because the subscriber sends too many"),
    SHARD_FULL("Requests or expiries put off because a shard's mailbox was full"),
    WAITING_FULL("Requests refused because too many for the same internal port were waiting"),
    LEASES_FULL("Requests refused because the node holds as many leases as it has room for"),
    SUBSCRIBERS_FULL("Pairings refused because the node has as many subscribers as it can"),
    ADDRESSES_FULL("Internal addresses not paired because their subscriber has too many"),
    NOT_SUBSCRIBERS("Packets' internal addresses not paired because they belong to nobody"),
    JOURNAL_REFUSED("Records that the journal could not take because its queue was full"),
    JOURNAL_LOST("Groups of records that the journal could not write; look at the disk"),
    LEASES_EXPIRED("Leases that ended because nobody renewed them"),
    PEERS_EXPIRED("Sessions kept by PEER that nobody renewed; traffic alone keeps them now"),
    PEERS_NOT_THERE("PEER requests of lifetime 0 whose session is not there; nothing was made"),
    PEERS_INVALID("PEER requests refused for a remote peer that packets may not be sent to"),
    LEASES_EVICTED("Leases that staff ended, or that lost their address to a new configuration"),
    QUESTIONS_REFUSED("Questions and wishes of staff refused because too many were under way"),
    HOST_QUESTIONS_REFUSED(
            "Questions of hosts for their mappings (UPnP) refused because too many were under way"),
    STATICS_WITHOUT_ROOM("Attempts to put a reservation in force with a full table of mappings"),
    BLOCKS_REFUSED("Port blocks given back because their record could not be made durable"),
    BLOCKS_UNRECORDED(
            "Port blocks used before their record was kept, as records.on-failure says: continue"),
    DRAINED_REFUSED("Requests and pairings refused because staff drain the subscriber"),
    PAIRINGS_UNRECORDED("Pairings used before their record was kept, for the same reason"),
    PAIRINGS_MADE("Subscribers paired with an external address"),
    PAIRINGS_SUGGESTED(
            "Subscribers paired with the address that they suggested, as"
                    + " pcp.honour-suggested-address lets them"),
    PAIRINGS_MOVED("Subscribers that got another external address because theirs leaves the pool"),
    PAIRINGS_ENDED("Pairings given up because the subscriber had nothing left"),
    CHECKPOINTS("Times that everything live was written anew so that old journal could go"),
    RESTORED_LEASES("Leases put back into the translator at start"),
    RESTORED_PEERS("Sessions kept by PEER put back into the translator at start"),
    EXPIRED_AT_RESTORE("Leases found at start whose time had come while the node was down"),
    BEATEN_AT_RESTORE("Leases found at start that ended because another mapping has their place"),
    LOST_AT_RESTORE(
            "Leases found at start that could not be put back; their clients' epoch says so"),
    DROPPED_AT_RESTORE("Pairings, blocks and resting ports found at start that are of no use now"),
    LOST_CLIENTS_FORGOTTEN(
            "Clients of lost leases that are not told one by one because there are too many; they"
                    + " hear what is announced to all of their link"),
    UPDATES_DROPPED(
            "Owners who are not told what became of their mappings because too many are being told"),
    EPOCH_RESETS("Times that all clients were told to ask for their mappings again"),
    CLIENT_EPOCH_RESETS(
            "Subscribers whose clients alone were told to ask again, because their external address"
                    + " changed or a mapping of them was lost");

    private final String help;

    ControlCounter(String help) {
        this.help = help;
    }

    @Override
    public String help() {
        return help;
    }

    @Override
    public String metricName() {
        return "control_" + name().toLowerCase(Locale.ROOT) + "_total";
    }
}
