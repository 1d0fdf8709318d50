package org.portreeve.admin.page;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.portreeve.admin.page.part.Asset;
import org.portreeve.admin.page.part.Templates;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Entrance;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Route;

/** All addresses of pages, and of the files that they refer to. Event loop only. */
public final class PageRoutes {
    private PageRoutes() {}

    /** The table of them. */
    public static List<Route> all(Office office, Entrance entrance) {
        var pages = new Pages(office, new Templates());
        Stream<Route> ofPages =
                Stream.of(
                                new OverviewPage(pages).routes(),
                                new MappingsPage(pages).routes(),
                                new ReservationsPage(pages).routes(),
                                new ReservationPage(pages).routes(),
                                new SubscribersPage(pages).routes(),
                                new SubscriberPage(pages).routes(),
                                new UsersPage(pages).routes(),
                                new AuditPage(pages).routes())
                        .flatMap(List::stream);
        Stream<Route> ofEntrance =
                Stream.of(
                                new LoginPage(pages, entrance).routes(),
                                new AccountPage(pages, entrance).routes())
                        .flatMap(List::stream);
        Stream<Route> assets = Arrays.stream(Asset.values()).map(PageRoutes::asset);
        return Stream.of(assets, ofEntrance, ofPages).flatMap(routes -> routes).toList();
    }

    private static Route asset(Asset asset) {
        Buffer content = Buffer.buffer(asset.content());
        return new Route(
                HttpMethod.GET,
                asset.href(),
                Access.PUBLIC,
                visit -> visit.asset(asset.contentType(), content));
    }
}
