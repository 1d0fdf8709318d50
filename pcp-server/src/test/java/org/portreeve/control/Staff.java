package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.plan;
import static org.portreeve.control.ControlRig.profile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.shard.ModelShard;

/**
 * People who reload, drop and release at any moment, and who look; with an account of their own of
 * who owns which address and of which mappings they heard.
 */
final class Staff {
    /** The highest quota of mappings in any policy. */
    static final int MAX_QUOTA = ControlRig.QUOTA + 2;

    private final SplittableRandom random;
    private final ControlRig rig;
    private final Clients clients;
    private final List<Policy> policies;
    private final Map<InternalTuple, MappingView> heard = new HashMap<>();
    private long asked;
    private long answered;
    private boolean reloaded;

    /** Whether all policies let subscribers choose their external address. */
    private final boolean isHonouring;

    Staff(SplittableRandom random, ControlRig rig, Clients clients) {
        this.random = random;
        this.rig = rig;
        this.clients = clients;
        this.policies = policies(rig.config.nat());
        this.isHonouring =
                rig.config.policy().profiles().get(Profile.DEFAULT).map().honoursAddress();
        began();
    }

    /** Nobody named, and several ways to share the clients' addresses out. */
    static List<Policy> policies(NatConfig nat) {
        String[][][] plans = {
            {},
            {
                {"one", "big", "100.64.0.10/31"},
                {"two", "default", "100.64.0.12/31"},
                {"three", "default", "100.64.0.14/32"}
            },
            {
                {"one", "default", "100.64.0.10/31"},
                {"two", "big", "100.64.0.12/32"},
                {"three", "small", "100.64.0.12/30"}
            },
            {{"one", "small", "100.64.0.8/29"}},
            {{"100.64.0.11", "big", "100.64.0.11/32"}, {"two", "default", "100.64.0.12/30"}}
        };
        List<Policy> policies = new ArrayList<>();
        for (String[][] named : plans) {
            List<SubscriberPlan> of = new ArrayList<>();
            for (String[] words : named) {
                of.add(plan(words[0], words[1], words[2]));
            }
            policies.add(
                    ControlRig.policy(
                            nat, List.of(profile("big", MAX_QUOTA), profile("small", 2)), of));
        }
        return policies;
    }

    /** A new process, which has what was restored. */
    void began() {
        heard.clear();
        mappings(rig.listed()).forEach(view -> heard.put(view.internal(), view));
        rig.control.listen(this::hear);
        answered = asked;
        reloaded = false;
    }

    /** Whether leases may be gone at a restart because their owner was just changed. */
    boolean hasReloaded() {
        return reloaded;
    }

    /** Does something. */
    void act() {
        PortControl process = rig.control;
        switch (random.nextInt(4)) {
            case 0 -> reload();
            case 1 -> drop(clients.tuple(), process);
            case 2 -> release(HOST_A + random.nextInt(Clients.HOSTS), process);
            default ->
                    asked +=
                            process.mappings(
                                            MappingQuery.all(3),
                                            rig.nowNs,
                                            rig.wallMillis,
                                            _ -> answered++)
                                    ? 1
                                    : 0;
        }
    }

    private void reload() {
        Policy before = rig.config.policy();
        Policy next = policies.get(random.nextInt(policies.size()));
        rig.apply(isHonouring ? ControlRig.honouring(next) : next);
        reloaded = true;
        for (int host = HOST_A; host < HOST_A + Clients.HOSTS; host++) {
            if (!ownerOf(host, before).equals(ownerOf(host, rig.config.policy()))) {
                clients.moved(host);
            }
        }
    }

    private void drop(InternalTuple internal, PortControl process) {
        boolean taken =
                process.drop(
                        internal,
                        rig.nowNs,
                        rig.wallMillis,
                        _ -> {
                            clients.mayKeep(internal);
                            answered++;
                        });
        if (taken) {
            asked++;
            clients.mayLose(internal);
        }
    }

    private void release(int host, PortControl process) {
        boolean taken =
                process.release(
                        host,
                        rig.nowNs,
                        rig.wallMillis,
                        _ -> {
                            clients.mayKeep(host);
                            answered++;
                        });
        if (taken) {
            asked++;
            clients.mayLose(host);
        }
    }

    private void hear(MappingEvent event) {
        InternalTuple internal = event.mapping().internal();
        MappingView before =
                switch (event) {
                    case MappingEvent.Made made -> heard.put(internal, made.mapping());
                    case MappingEvent.Changed changed -> heard.put(internal, changed.mapping());
                    case MappingEvent.Ended _ -> heard.remove(internal);
                };
        assertEquals(event instanceof MappingEvent.Made, before == null, "heard: " + event);
    }

    /** The owner's id, or nothing: the obvious way. */
    static String ownerOf(int host, Policy policy) {
        if (policy.subscribers().isEmpty()) {
            return Ipv4.format(host);
        }
        String owner = "";
        int longest = -1;
        for (SubscriberPlan plan : policy.subscribers()) {
            for (Prefix prefix : plan.prefixes()) {
                if (prefix.contains(host) && prefix.length() > longest) {
                    owner = plan.id();
                    longest = prefix.length();
                }
            }
        }
        return owner;
    }

    /** What is seen, what was heard and what is there agree, and everybody has only their own. */
    void checkAtRest(List<ModelShard.Mapping> explicit) {
        assertEquals(asked, answered);
        reloaded = false;
        List<MappingView> listed = rig.listed();
        checkPages(listed);
        Map<InternalTuple, MappingView> seen = new HashMap<>();
        mappings(listed).forEach(view -> seen.put(view.internal(), view));
        assertEquals(heard.keySet(), seen.keySet());
        Map<InternalTuple, Integer> ports = new HashMap<>();
        explicit.forEach(m -> ports.put(m.internal, m.port));
        assertEquals(ports.keySet(), seen.keySet());
        Map<String, Integer> perOwner = new TreeMap<>();
        mappings(listed)
                .forEach(view -> assertEquals(ports.get(view.internal()), view.externalPort()));
        for (MappingView view : listed) {
            int host = view.internal().internalIp();
            assertEquals(ownerOf(host, rig.config.policy()), view.subscriber());
            perOwner.merge(view.subscriber(), 1, Integer::sum);
        }
        Set<String> owners = new HashSet<>(perOwner.keySet());
        owners.forEach(owner -> checkOwner(owner, perOwner.get(owner)));
        checkDirectory();
    }

    /** Those that lead somebody in; of the others nobody hears. */
    private static List<MappingView> mappings(List<MappingView> listed) {
        return listed.stream().filter(view -> view.origin() != MappingOrigin.PEER).toList();
    }

    private void checkOwner(String owner, int leases) {
        SubscriberView view = rig.subscriber(owner).orElseThrow();
        assertEquals(leases, view.leases());
        assertTrue(leases <= MAX_QUOTA, "over quota");
    }

    private void checkPages(List<MappingView> listed) {
        List<MappingView> pages = new ArrayList<>();
        for (int offset = 0; offset < listed.size(); offset += 3) {
            MappingQuery all = MappingQuery.all(3);
            MappingQuery page =
                    new MappingQuery(
                            all.subscriber(),
                            all.internalIp(),
                            all.externalPort(),
                            all.protocol(),
                            all.origins(),
                            "",
                            offset,
                            3);
            Listing<MappingView> answer =
                    rig.answer((now, wall, reply) -> rig.control.mappings(page, now, wall, reply));
            assertEquals(listed.size(), answer.total());
            pages.addAll(answer.items());
        }
        assertEquals(listed, pages);
    }

    /** A packet leaves by the address of who owns its source now. */
    private void checkDirectory() {
        for (int host = HOST_A; host < HOST_A + Clients.HOSTS; host++) {
            long pairing = rig.directory.find(InternalTuple.DEFAULT_REALM, host);
            if (pairing != Directory.NONE) {
                String owner = ownerOf(host, rig.config.policy());
                int externalIp =
                        rig.config.nat().pool().addresses().get(Directory.addressIndex(pairing));
                assertEquals(
                        externalIp, rig.subscriber(owner).orElseThrow().externalIp().orElseThrow());
            }
        }
    }
}
