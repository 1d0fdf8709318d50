package org.portreeve.admin.page;

import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.portreeve.admin.page.model.ConfirmModel;
import org.portreeve.admin.page.model.MappingRow;
import org.portreeve.admin.page.model.MappingsModel;
import org.portreeve.admin.page.part.Choice;
import org.portreeve.admin.page.part.Done;
import org.portreeve.admin.page.part.Pager;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.page.part.Term;
import org.portreeve.admin.page.part.Words;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;

/** The list of mappings, and dropping one. Event loop only. */
final class MappingsPage {
    private static final String DROP = "/mappings/drop";

    private final Pages pages;

    MappingsPage(Pages pages) {
        this.pages = pages;
    }

    List<Route> routes() {
        return List.of(
                new Route(HttpMethod.GET, "/mappings", Access.VIEW, this::list),
                new Route(HttpMethod.GET, DROP, Access.EDIT, this::confirm),
                new Route(HttpMethod.POST, DROP, Access.EDIT, this::drop));
    }

    private void list(Visit visit) {
        var filter = Filter.of(visit);
        var query =
                new MappingQuery(
                        Optional.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        filter.protocolNumber(),
                        filter.origins(),
                        filter.text(),
                        Pages.offset(visit),
                        Pages.PAGE_SIZE);
        visit.when(
                pages.desk().mappings(query),
                found ->
                        pages.show(visit, "mappings", model(visit, filter, query.offset(), found)));
    }

    private MappingsModel model(
            Visit visit, Filter filter, int offset, Listing<MappingView> found) {
        long nowMillis = pages.nowMillis();
        return new MappingsModel(
                Pages.frame(visit, "Mappings", Section.MAPPINGS),
                filter.text(),
                filter.originChoices(),
                filter.protocolChoices(),
                filter.isNarrow(),
                found.items().stream().map(view -> MappingRow.of(view, nowMillis)).toList(),
                Pager.of(
                        filter.address(),
                        offset,
                        found.items().size(),
                        found.total(),
                        Pages.PAGE_SIZE));
    }

    private void confirm(Visit visit) {
        Optional<InternalTuple> internal =
                tuple(visit.query("protocol"), visit.query("address"), visit.query("port"));
        if (internal.isEmpty()) {
            Pages.nothingHere(visit);
            return;
        }
        visit.when(
                pages.desk().mappings(MappingQuery.ofInternalIp(internal.get().internalIp())),
                found -> confirm(visit, internal.get(), found));
    }

    private void confirm(Visit visit, InternalTuple internal, Listing<MappingView> found) {
        Optional<MappingView> view =
                found.items().stream()
                        .filter(mapping -> mapping.internal().equals(internal))
                        .filter(mapping -> mapping.origin() != MappingOrigin.STATIC)
                        .findFirst();
        if (view.isEmpty()) {
            visit.redirect(Done.MAPPING_GONE.at("/mappings"));
            return;
        }
        pages.show(visit, "confirm", question(visit, view.get()));
    }

    private static ConfirmModel question(Visit visit, MappingView view) {
        InternalTuple internal = view.internal();
        List<Term> terms =
                new ArrayList<>(
                        List.of(
                                new Term("Subscriber", Words.said(view.subscriber())),
                                new Term("Protocol", Protocol.name(internal.protocol())),
                                new Term("Internal", Words.internal(view)),
                                new Term("External", Words.external(view)),
                                new Term("Origin", Words.origin(view.origin()))));
        if (!view.description().isEmpty()) {
            terms.add(new Term("Description", Words.said(view.description())));
        }
        return new ConfirmModel(
                Pages.frame(visit, "Drop this mapping?", Section.MAPPINGS),
                terms,
                "It ends at once: nobody new gets in, connections that exist go on. Its owner is not"
                        + " told and may ask for it again.",
                DROP,
                List.of(
                        new Term("protocol", Integer.toString(internal.protocol())),
                        new Term("address", Ipv4.format(internal.internalIp())),
                        new Term("port", Integer.toString(internal.internalPort()))),
                "Drop mapping",
                "/mappings");
    }

    private void drop(Visit visit) {
        Optional<InternalTuple> internal =
                tuple(visit.form("protocol"), visit.form("address"), visit.form("port"));
        if (internal.isEmpty()) {
            Pages.nothingHere(visit);
            return;
        }
        visit.when(
                pages.office().staffDesk().drop(visit.user(), internal.get()),
                dropped ->
                        visit.redirect(
                                (dropped ? Done.MAPPING_DROPPED : Done.MAPPING_GONE)
                                        .at("/mappings")));
    }

    private static Optional<InternalTuple> tuple(String protocol, String address, String port) {
        OptionalInt ip = Ipv4.parse(address);
        if (ip.isEmpty() || !protocol.matches("6|17") || !port.matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        int number = Integer.parseInt(port);
        return number > PortRange.MAX_PORT
                ? Optional.empty()
                : Optional.of(InternalTuple.of(Integer.parseInt(protocol), ip.getAsInt(), number));
    }

    /** What the reader narrowed the list to. Immutable. */
    private record Filter(String text, Optional<MappingOrigin> origin, String protocol) {
        static Filter of(Visit visit) {
            String wanted = visit.query("origin");
            Optional<MappingOrigin> origin =
                    Arrays.stream(MappingOrigin.values())
                            .filter(one -> value(one).equals(wanted))
                            .findFirst();
            String protocol = visit.query("protocol");
            return new Filter(
                    visit.query("q").strip(),
                    origin,
                    protocol.equals("tcp") || protocol.equals("udp") ? protocol : "");
        }

        private static String value(MappingOrigin origin) {
            return origin.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        boolean isNarrow() {
            return !text.isEmpty() || origin.isPresent() || !protocol.isEmpty();
        }

        Set<MappingOrigin> origins() {
            return origin.map(Set::of).orElse(Set.of());
        }

        OptionalInt protocolNumber() {
            if (protocol.isEmpty()) {
                return OptionalInt.empty();
            }
            return OptionalInt.of(protocol.equals("udp") ? Protocol.UDP : Protocol.TCP);
        }

        String address() {
            return "/mappings?q="
                    + Words.encoded(text)
                    + "&origin="
                    + origin.map(Filter::value).orElse("")
                    + "&protocol="
                    + protocol
                    + "&";
        }

        List<Choice> originChoices() {
            List<Choice> choices = new ArrayList<>();
            choices.add(new Choice("", "All", origin.isEmpty()));
            for (MappingOrigin one : MappingOrigin.values()) {
                boolean selected = origin.filter(one::equals).isPresent();
                choices.add(new Choice(value(one), Words.origin(one), selected));
            }
            return choices;
        }

        List<Choice> protocolChoices() {
            return List.of(
                    new Choice("", "All", protocol.isEmpty()),
                    new Choice("tcp", "TCP", protocol.equals("tcp")),
                    new Choice("udp", "UDP", protocol.equals("udp")));
        }
    }
}
