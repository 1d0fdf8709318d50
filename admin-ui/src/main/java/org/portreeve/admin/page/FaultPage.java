package org.portreeve.admin.page;

import java.util.Arrays;
import java.util.Optional;
import org.portreeve.admin.page.model.FaultModel;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.page.part.Templates;
import org.portreeve.admin.web.ErrorPage;
import org.portreeve.admin.web.Visit;

/** What a refusal looks like: a sentence and a way on. Any thread. */
public final class FaultPage implements ErrorPage {
    private final Templates templates = new Templates();

    @Override
    public String render(Visit visit, int status, String title, String detail) {
        Optional<Section> section = section(visit.path());
        Frame frame = Pages.frame(visit, title, section, Optional.empty());
        Section onward = section.filter(known -> status != 403).orElse(Section.OVERVIEW);
        return templates.page(
                "fault",
                new FaultModel(frame, status, detail, onward.path(), "Go to " + onward.label()));
    }

    private static Optional<Section> section(String path) {
        return Arrays.stream(Section.values())
                .filter(section -> section != Section.OVERVIEW && path.startsWith(section.path()))
                .findFirst();
    }
}
