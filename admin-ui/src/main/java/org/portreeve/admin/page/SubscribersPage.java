package org.portreeve.admin.page;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import org.portreeve.admin.page.model.SubscriberRow;
import org.portreeve.admin.page.model.SubscribersModel;
import org.portreeve.admin.page.part.Pager;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.page.part.Words;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.SubscriberQuery;
import org.portreeve.control.view.SubscriberView;

/** The list of subscribers. Event loop only. */
final class SubscribersPage {
    private final Pages pages;

    SubscribersPage(Pages pages) {
        this.pages = pages;
    }

    List<Route> routes() {
        return List.of(new Route(HttpMethod.GET, "/subscribers", Access.VIEW, this::list));
    }

    private void list(Visit visit) {
        var query =
                new SubscriberQuery(visit.query("q").strip(), Pages.offset(visit), Pages.PAGE_SIZE);
        visit.when(
                pages.desk().subscribers(query),
                found -> pages.show(visit, "subscribers", model(visit, query, found)));
    }

    private static SubscribersModel model(
            Visit visit, SubscriberQuery query, Listing<SubscriberView> found) {
        return new SubscribersModel(
                Pages.frame(visit, "Subscribers", Section.SUBSCRIBERS),
                query.text(),
                found.items().stream().map(SubscriberRow::of).toList(),
                Pager.of(
                        "/subscribers?q=" + Words.encoded(query.text()) + "&",
                        query.offset(),
                        found.items().size(),
                        found.total(),
                        Pages.PAGE_SIZE));
    }
}
