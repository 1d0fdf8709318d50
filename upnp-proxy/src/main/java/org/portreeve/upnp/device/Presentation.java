package org.portreeve.upnp.device;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which version of the gateway a link shows to whom. The stack knows both versions as devices of
 * their own; here is decided which one a search finds and a request reaches. Immutable.
 */
public final class Presentation {
    /** Clients that ignore a gateway which shows any version 2 (IGD-QRK-001). */
    private static final List<String> VERSION_1_CLIENTS = List.of("microsoft", "fdssdp", "xbox");

    private static final Pattern VERSIONED = Pattern.compile("(urn:.*):(\\d{1,4})");
    private static final Pattern CALLED_BY_VERSION_1 =
            Pattern.compile("\"?[^#\"]*:WANIPConnection:1#.*");

    private final PresentAs presentAs;
    private final GatewayView version1;
    private final GatewayView version2;
    private final Map<String, Route> routes = new HashMap<>();

    /** Paths of version 2 and what they are in version 1. */
    private final Map<String, String> inVersion1 = new HashMap<>();

    /** A finding of a search: a target and where its description is. Immutable. */
    public record Finding(SsdpTarget target, String descriptionPath) {}

    /** The presentation of a link's two views. */
    public Presentation(PresentAs presentAs, GatewayView version1, GatewayView version2) {
        this.presentAs = presentAs;
        this.version1 = version1;
        this.version2 = version2;
        shown().forEach(this::addRoutes);
        pair(version2.documentPaths(), version1.documentPaths());
        pair(version2.controlPaths(), version1.controlPaths());
    }

    /** The view of announcements, and of searches that name no version. */
    public GatewayView standard() {
        return switch (presentAs) {
            case IGD1 -> version1;
            case AUTO, IGD2 -> version2;
        };
    }

    /** Both views, for the stack: a call by version 1 is answered as such whatever is shown. */
    public List<GatewayView> views() {
        return List.of(version1, version2);
    }

    /** What a search for this target finds, each with the target's own spelling of the version. */
    public List<Finding> search(String searchTarget) {
        if (searchTarget.equals("ssdp:all")) {
            return standard().targets().stream().map(t -> finding(t, standard())).toList();
        }
        for (GatewayView view : shown()) {
            List<Finding> found = find(view, searchTarget);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return presentAs == PresentAs.IGD2 ? findLowerVersion(searchTarget) : List.of();
    }

    /** Where a request leads. */
    public Route route(String path, String soapAction, String userAgent) {
        Route route = routes.getOrDefault(path, new Route.Absent());
        return switch (route) {
            case Route.Document(String document) when prefersVersion1(userAgent) ->
                    new Route.Document(inVersion1.getOrDefault(document, document));
            // UDA 1.0 §3.2.1: lower versions are called at the same URL and answered as such.
            case Route.Control(String control)
                    when CALLED_BY_VERSION_1.matcher(soapAction).matches() ->
                    new Route.Control(inVersion1.getOrDefault(control, control));
            case Route.Document _, Route.Control _, Route.Events _, Route.Absent _ -> route;
        };
    }

    /** The views that can be seen, the standard one first. */
    private List<GatewayView> shown() {
        return switch (presentAs) {
            case AUTO -> List.of(version2, version1);
            case IGD1 -> List.of(version1);
            case IGD2 -> List.of(version2);
        };
    }

    private void addRoutes(GatewayView view) {
        view.documentPaths().forEach(path -> routes.put(path, new Route.Document(path)));
        view.controlPaths().forEach(path -> routes.put(path, new Route.Control(path)));
        view.eventPaths().forEach((path, service) -> routes.put(path, new Route.Events(service)));
    }

    private void pair(List<String> ofVersion2, List<String> ofVersion1) {
        for (int i = 0; i < ofVersion2.size(); i++) {
            inVersion1.put(ofVersion2.get(i), ofVersion1.get(i));
        }
    }

    private boolean prefersVersion1(String userAgent) {
        String agent = userAgent.toLowerCase(Locale.ROOT);
        return presentAs == PresentAs.AUTO && VERSION_1_CLIENTS.stream().anyMatch(agent::contains);
    }

    private static List<Finding> find(GatewayView view, String searchTarget) {
        return view.targets().stream()
                .filter(target -> target.type().equals(searchTarget))
                .map(target -> finding(target, view))
                .toList();
    }

    /** UDA 1.1 §1.3.2: a device answers for the lower versions of its types, in their name. */
    private List<Finding> findLowerVersion(String searchTarget) {
        var found = new ArrayList<Finding>();
        Matcher asked = VERSIONED.matcher(searchTarget);
        if (asked.matches()) {
            for (SsdpTarget target : standard().targets()) {
                lower(target, asked).ifPresent(t -> found.add(finding(t, standard())));
            }
        }
        return found;
    }

    private static Optional<SsdpTarget> lower(SsdpTarget target, Matcher asked) {
        Matcher ours = VERSIONED.matcher(target.type());
        boolean isLower =
                ours.matches()
                        && ours.group(1).equals(asked.group(1))
                        && Integer.parseInt(asked.group(2)) < Integer.parseInt(ours.group(2))
                        && Integer.parseInt(asked.group(2)) > 0;
        if (!isLower) {
            return Optional.empty();
        }
        String udn = target.usn().substring(0, target.usn().indexOf("::"));
        return Optional.of(SsdpTarget.of(udn, asked.group()));
    }

    private static Finding finding(SsdpTarget target, GatewayView view) {
        return new Finding(target, view.descriptionPath());
    }
}
