package org.portreeve.daemon.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.Service;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.nat.Prefix;

/**
 * Profiles and subscribers of a file: what contradicts itself in them, and the policy they make.
 * Used by one thread, then thrown away.
 */
final class PolicyReader {
    private final Settings settings;
    private final List<Fault> faults;
    private final DedicatedReader dedicated;

    PolicyReader(Settings settings, List<Fault> faults) {
        this.settings = settings;
        this.faults = faults;
        dedicated = new DedicatedReader(settings, faults);
    }

    /** The policy of settings without faults. */
    Policy policy() {
        var profiles = new HashMap<String, Profile>();
        for (String name : settings.profiles()) {
            String requests = ConfigPath.profile(name) + ".quota.requests";
            var rate =
                    new RequestRate(
                            settings.whole(requests + ".per-second"),
                            settings.whole(requests + ".burst"));
            var withheld =
                    settings.texts(ConfigPath.profile(name) + ".withheld").stream()
                            .map(Service::of)
                            .collect(Collectors.toSet());
            var rules = new RulesReader(settings).rules(name);
            profiles.put(name, new Profile(name, rules, rate, map(name), withheld));
        }
        var subscribers = new ArrayList<SubscriberPlan>();
        for (int position = 0; position < settings.subscriberCount(); position++) {
            String each = ConfigPath.subscriber(position);
            subscribers.add(
                    new SubscriberPlan(
                            settings.text(each + ".id"),
                            prefixes(each).stream().map(Prefix::of).toList(),
                            settings.text(each + ".profile"),
                            dedicated.dedicatedIp(each)));
        }
        var lifetime =
                new LifetimeBounds(
                        settings.seconds("pcp.lifetime.minimum"),
                        settings.seconds("pcp.lifetime.maximum"));
        return new Policy(profiles, subscribers, lifetime);
    }

    private MapPolicy map(String profile) {
        String nonce = ConfigPath.profile(profile) + ".nonce";
        String quota = ConfigPath.profile(profile) + ".quota";
        return new MapPolicy(
                NoncePolicy.of(settings.text(settings.isAuto(nonce) ? "pcp.nonce" : nonce)),
                settings.whole(quota + ".filters"),
                settings.isTrue("pcp.strict-simple-model"),
                settings.text(ConfigPath.profile(profile) + ".explicit-mappings").equals("open"),
                settings.isTrue("pcp.honour-suggested-address"),
                new MapPolicy.SetLimits(
                        settings.whole(quota + ".port-sets"),
                        settings.whole(quota + ".port-set-size")));
    }

    /** Adds a fault for each contradiction. */
    void findFaults() {
        settings.profiles().forEach(this::checkQuota);
        var lineOfId = new HashMap<String, Integer>();
        var ownerOfPrefix = new HashMap<String, String>();
        for (int position = 0; position < settings.subscriberCount(); position++) {
            checkSubscriber(ConfigPath.subscriber(position), lineOfId, ownerOfPrefix);
        }
        dedicated.findFaults();
    }

    private void checkQuota(String profile) {
        String quota = ConfigPath.profile(profile) + ".quota";
        String ports = quota + ".ports";
        int size = settings.whole(ConfigKeys.POOL + ".block.size");
        int most = size * settings.whole(ConfigKeys.POOL + ".block.max-per-subscriber");
        boolean isOfBlocks = settings.text(ConfigKeys.POOL + ".allocation").equals("block");
        if (isOfBlocks && settings.whole(ports) > most) {
            faultOfQuota(
                    List.of(
                            ports,
                            ConfigKeys.POOL + ".block.max-per-subscriber",
                            ConfigKeys.POOL + ".block.size"),
                    "a quota of %s ports is more than the %d that a subscriber's blocks hold"
                                    .formatted(settings.text(ports), most)
                            + " (block.size times block.max-per-subscriber)");
        }
        if (settings.whole(quota + ".mappings") > settings.whole(ports)) {
            faultOfQuota(
                    List.of(quota + ".mappings", ports),
                    "quota.mappings %s is more than quota.ports %s"
                            .formatted(settings.text(quota + ".mappings"), settings.text(ports)));
        }
    }

    /** At the first of the keys that the file gives, so that the fault has a line. */
    private void faultOfQuota(List<String> keys, String allowed) {
        String path = keys.stream().filter(settings::isGiven).findFirst().orElse(keys.getFirst());
        String value = settings.isGiven(path) ? settings.written(path) : "";
        faults.add(new Fault(settings.line(path), path, value, allowed));
    }

    private void checkSubscriber(
            String each, Map<String, Integer> lineOfId, Map<String, String> ownerOfPrefix) {
        String id = each + ".id";
        if (settings.text(id).isEmpty()) {
            faults.add(new Fault(settings.line(each), id, "", "is required: records carry it"));
        } else {
            Integer before = lineOfId.putIfAbsent(settings.text(id), settings.line(id));
            if (before != null) {
                fault(id, "is the name of the subscriber of line " + before + " already");
            }
        }
        if (prefixes(each).isEmpty()) {
            String path = each + ".prefixes";
            faults.add(
                    new Fault(
                            settings.line(each), path, "", "is required, with a prefix at least"));
        }
        String profile = each + ".profile";
        if (!settings.profiles().contains(settings.text(profile))) {
            String known = String.join(", ", settings.profiles());
            fault(profile, "there is no such profile; known are " + known);
        }
        checkPrefixes(each, ownerOfPrefix);
    }

    private void checkPrefixes(String each, Map<String, String> ownerOfPrefix) {
        String path = each + ".prefixes";
        for (String text : prefixes(each)) {
            String before = ownerOfPrefix.putIfAbsent(text, settings.text(each + ".id"));
            if (before != null) {
                fault(path, text + " is a prefix of subscriber " + before + " already");
            }
            AddressRange range = AddressRange.of(Prefix.of(text));
            boolean isInside =
                    settings.texts("translator.inside.prefixes").stream()
                            .map(inside -> AddressRange.of(Prefix.of(inside)))
                            .anyMatch(inside ->
                                    inside.first() <= range.first()
                                            && range.last() <= inside.last());
            if (!isInside) {
                fault(path, text + " is outside translator.inside.prefixes");
            }
        }
    }

    private List<String> prefixes(String each) {
        return settings.texts(each + ".prefixes");
    }

    private void fault(String path, String allowed) {
        faults.add(new Fault(settings.line(path), path, settings.written(path), allowed));
    }
}
