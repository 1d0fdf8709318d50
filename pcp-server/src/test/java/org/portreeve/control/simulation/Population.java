package org.portreeve.control.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.rules.Rules;

/** Who the inside hosts are and what each may have, kept the obvious way beside port control. */
final class Population {
    /** How the addresses of a pair of neighbours belong to subscribers. */
    private enum Belonging {
        /** Each is a subscriber who is called like its address. */
        BY_ADDRESS,
        /** Each is a subscriber with a name. */
        NAMED,
        /** Both are one subscriber's. */
        TOGETHER,
        /** Both are nobody's. */
        NOBODY
    }

    private static final RequestRate RATE = new RequestRate(1_000, 1_000);

    private final SplittableRandom random;
    private final LifetimeBounds lifetime;
    private Rules rules;
    private final Rules.Quota[] quotas;
    private final Belonging[] pairs;
    private final int[] profiles;
    private boolean isImplicit;

    Population(Knobs knobs, SplittableRandom random) {
        this.random = random;
        lifetime = knobs.lifetime();
        rules = Knobs.behaviour(random, knobs.nat().rules());
        quotas = knobs.profiles().toArray(Rules.Quota[]::new);
        pairs = new Belonging[knobs.hosts() / 2];
        profiles = new int[knobs.hosts()];
        isImplicit = random.nextBoolean();
        Arrays.setAll(pairs, _ -> belonging());
        Arrays.setAll(profiles, _ -> random.nextInt(quotas.length));
    }

    int hosts() {
        return profiles.length;
    }

    static int ip(int host) {
        return Knobs.FIRST_HOST + host;
    }

    static int host(int internalIp) {
        return internalIp - Knobs.FIRST_HOST;
    }

    /** The id of who owns an address; empty for nobody. */
    String ownerOf(int host) {
        if (isImplicit) {
            return Ipv4.format(ip(host));
        }
        return switch (pairs[host / 2]) {
            case BY_ADDRESS -> Ipv4.format(ip(host));
            case NAMED -> "name-" + host;
            case TOGETHER -> "pair-" + host / 2;
            case NOBODY -> "";
        };
    }

    /** What the owner of an address may have. */
    Rules.Quota quotaOf(int host) {
        if (isImplicit) {
            return quotas[0];
        }
        boolean isPair = pairs[host / 2] == Belonging.TOGETHER;
        return quotas[profiles[isPair ? host & ~1 : host]];
    }

    /** Something becomes different, as when staff edit the configuration. */
    void change() {
        switch (random.nextInt(10)) {
            case 0 -> isImplicit = !isImplicit;
            case 9 -> rules = Knobs.behaviour(random, rules);
            case 1, 2, 3 -> quotas[random.nextInt(quotas.length)] = Knobs.quota(random);
            case 4, 5 -> some(profiles.length, host -> profiles[host] = profile());
            default -> some(pairs.length, pair -> pairs[pair] = belonging());
        }
    }

    /** The policy that says so. */
    Policy policy() {
        Map<String, Profile> named = new HashMap<>();
        for (int i = 0; i < quotas.length; i++) {
            named.put(name(i), new Profile(name(i), rules.with(quotas[i]), RATE));
        }
        List<SubscriberPlan> plans = new ArrayList<>();
        for (int host = 0; host < hosts() && !isImplicit; host++) {
            String owner = ownerOf(host);
            boolean isPair = pairs[host / 2] == Belonging.TOGETHER;
            if (!owner.isEmpty() && (!isPair || host % 2 == 0)) {
                Prefix prefix = new Prefix(ip(host), isPair ? 31 : 32);
                plans.add(new SubscriberPlan(owner, List.of(prefix), name(profiles[host])));
            }
        }
        return new Policy(named, plans, lifetime);
    }

    private void some(int bound, IntConsumer change) {
        for (int left = 1 + random.nextInt(200); left > 0; left--) {
            change.accept(random.nextInt(bound));
        }
    }

    private int profile() {
        return random.nextInt(quotas.length);
    }

    private Belonging belonging() {
        return switch (random.nextInt(32)) {
            case 0 -> Belonging.NOBODY;
            case 1, 2 -> Belonging.TOGETHER;
            case 3, 4, 5, 6, 7, 8, 9, 10 -> Belonging.NAMED;
            default -> Belonging.BY_ADDRESS;
        };
    }

    private static String name(int profile) {
        return profile == 0 ? Profile.DEFAULT : "profile-" + profile;
    }
}
