package org.portreeve.admin.page;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import org.portreeve.admin.page.model.OverviewModel;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Visit;

/** The node at a glance. Event loop only. */
final class OverviewPage {
    private final Pages pages;
    private final LiveFeed live;

    OverviewPage(Pages pages) {
        this.pages = pages;
        this.live = new LiveFeed(pages.office());
    }

    List<Route> routes() {
        return List.of(
                new Route(HttpMethod.GET, "/", Access.VIEW, this::show),
                new Route(HttpMethod.GET, "/live", Access.VIEW, live::join));
    }

    private void show(Visit visit) {
        var facts = pages.office().services().facts().get();
        var frame = Pages.frame(visit, "Overview", Section.OVERVIEW);
        pages.show(visit, "overview", OverviewModel.of(frame, facts));
    }
}
