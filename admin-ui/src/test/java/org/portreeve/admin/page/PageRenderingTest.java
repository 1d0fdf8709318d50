package org.portreeve.admin.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.admin.page.model.AccountModel;
import org.portreeve.admin.page.model.FaultModel;
import org.portreeve.admin.page.model.LoginModel;
import org.portreeve.admin.page.model.ReleaseModel;
import org.portreeve.admin.page.model.ReservationFields;
import org.portreeve.admin.page.model.ReservationModel;
import org.portreeve.admin.page.model.UsersModel;
import org.portreeve.admin.page.part.Asset;
import org.portreeve.admin.page.part.Choice;
import org.portreeve.admin.page.part.Done;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.page.part.Templates;
import org.portreeve.admin.page.part.Term;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.FieldFault;
import org.portreeve.control.store.User.Role;
import org.portreeve.control.view.MappingOrigin;

class PageRenderingTest {
    private static final Templates TEMPLATES = new Templates();
    private static final Frame STRANGER =
            new Frame("Log in", Optional.empty(), Optional.empty(), "", Optional.empty());

    /** What the policy of the pages forbids: script or style between the tags, or in them. */
    private static final Pattern INLINE =
            Pattern.compile("<style|\\sstyle=|<script(?! src=)|\\son[a-z]+=\"|javascript:");

    /** A quotation mark of the hostile words that ends an attribute's value. */
    private static final Pattern LEFT_ATTRIBUTE = Pattern.compile("=\"[^\"]*gnp\\.exe\"");

    /** Every template with something hostile wherever somebody else's words go. */
    static Stream<Arguments> pages() {
        String said = Samples.HOSTILE;
        var admin = Samples.frame("A title", Section.OVERVIEW, Role.ADMIN);
        return Stream.of(
                Arguments.of("login", new LoginModel(STRANGER, said, said, "Refused.")),
                Arguments.of("overview", Samples.overview(false)),
                Arguments.of(
                        "mappings",
                        Samples.mappings(
                                Role.OPERATOR,
                                List.of(Samples.mapping(MappingOrigin.UPNP, said)),
                                true)),
                Arguments.of("confirm", Samples.confirm(said)),
                Arguments.of(
                        "reservations",
                        Samples.reservations(Role.OPERATOR, List.of(Samples.view(said)))),
                Arguments.of("reservation", hostileForm(said)),
                Arguments.of(
                        "subscribers",
                        Samples.subscribers(List.of(Samples.subscriber(said, 2048)))),
                Arguments.of("subscriber", Samples.subscriberPage(Role.OPERATOR, said)),
                Arguments.of(
                        "release",
                        new ReleaseModel(admin, said, said, said, "/release", "/back", "Wrong.")),
                Arguments.of("audit", Samples.audit(said)),
                Arguments.of(
                        "users",
                        new UsersModel(
                                admin,
                                List.of(new UsersModel.Row(said, "viewer", true, false)),
                                said,
                                List.of(new Choice(said, said, true)),
                                "Wrong.")),
                Arguments.of(
                        "account",
                        new AccountModel(admin, List.of(new Term("Name", said)), true, "Wrong.")),
                Arguments.of("fault", new FaultModel(admin, 404, said, "/", "Overview")));
    }

    private static ReservationModel hostileForm(String said) {
        Conflict conflict =
                new Conflict.PortLeased(
                        said, Samples.INTERNAL, MappingOrigin.UPNP, said, Samples.NOW);
        ReservationModel form = Samples.form(Role.OPERATOR, conflict);
        return new ReservationModel(
                form.frame(),
                form.action(),
                form.version(),
                new ReservationFields(said, said, said, said, said, said),
                List.of(new FieldFault("internal-port", said)),
                form.existing(),
                form.check());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void wordsOfOthersStayWords(String template, Object model) {
        String page = TEMPLATES.page(template, model);
        assertFalse(page.contains("<script>alert"), page);
        assertFalse(LEFT_ATTRIBUTE.matcher(page).find(), page);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void nothingIsInlineThatThePolicyForbids(String template, Object model) {
        String page = TEMPLATES.page(template, model);
        assertFalse(INLINE.matcher(page).find(), page);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void everyFormThatChangesSomethingCarriesTheToken(String template, Object model) {
        String page = TEMPLATES.page(template, model);
        int forms = page.split("method=\"post\"", -1).length;
        int tokens = page.split("name=\"csrf\"", -1).length;
        assertEquals(forms, tokens, page);
    }

    @Test
    void whatTurnsTheDirectionOfWritingShowsAsReplaced() {
        var mapping = Samples.mapping(MappingOrigin.UPNP, Samples.HOSTILE);
        String page =
                TEMPLATES.page("mappings", Samples.mappings(Role.VIEWER, List.of(mapping), false));
        assertFalse(page.contains("\u202e"));
        assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;\ufffdgnp.exe"), page);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void navigationShowsWhatTheRoleMayOpen(Role role) {
        String page = TEMPLATES.page("mappings", Samples.mappings(role, List.of(), false));
        boolean reads = role == Role.AUDITOR || role == Role.ADMIN;
        assertEquals(reads, page.contains("href=\"/audit\""));
        assertEquals(role == Role.ADMIN, page.contains("href=\"/users\""));
        assertTrue(page.contains("href=\"/mappings\" aria-current=\"page\""), page);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void changesAreOfferedToThoseWhoMayMakeThem(Role role) {
        var mapping = Samples.mapping(MappingOrigin.PCP, "");
        String mappings =
                TEMPLATES.page("mappings", Samples.mappings(role, List.of(mapping), false));
        String reservations =
                TEMPLATES.page(
                        "reservations", Samples.reservations(role, List.of(Samples.view(""))));
        String subscriber = TEMPLATES.page("subscriber", Samples.subscriberPage(role, ""));
        String form = TEMPLATES.page("reservation", Samples.form(role));
        assertEquals(role.mayEdit(), mappings.contains("/mappings/drop"));
        assertEquals(role.mayEdit(), reservations.contains("/reservations/new"));
        assertEquals(role.mayEdit(), subscriber.contains("/release"));
        assertEquals(role.mayEdit(), form.contains("name=\"resolution\""));
    }

    @Test
    void reservationsAreNotDroppedButDeleted() {
        var mapping = Samples.mapping(MappingOrigin.STATIC, "");
        String page =
                TEMPLATES.page("mappings", Samples.mappings(Role.ADMIN, List.of(mapping), false));
        assertFalse(page.contains("/mappings/drop"));
        assertTrue(page.contains("no end"));
    }

    @Test
    void emptyListsSayWhatToDoNext() {
        String none = TEMPLATES.page("mappings", Samples.mappings(Role.VIEWER, List.of(), false));
        String noMatch = TEMPLATES.page("mappings", Samples.mappings(Role.VIEWER, List.of(), true));
        String first =
                TEMPLATES.page("reservations", Samples.reservations(Role.OPERATOR, List.of()));
        String reader =
                TEMPLATES.page("reservations", Samples.reservations(Role.VIEWER, List.of()));
        String nobody = TEMPLATES.page("subscribers", Samples.subscribers(List.of()));
        assertTrue(none.contains("asks by PCP, NAT-PMP or UPnP"), none);
        assertTrue(noMatch.contains("<a href=\"/mappings\">show all</a>"), noMatch);
        assertTrue(first.contains("<a href=\"/reservations/new\">Make the first one</a>"), first);
        assertTrue(reader.contains("Operators and admins can make one."), reader);
        assertTrue(nobody.contains("sends traffic or asks for a port"), nobody);
    }

    @Test
    void conflictsAreShownWithTheirTimeAndTheWaysThatAreAllowed() {
        String page = TEMPLATES.page("reservation", Samples.form(Role.OPERATOR, Samples.leased()));
        assertTrue(page.contains("Not saved yet"), page);
        assertTrue(page.contains("Subscriber house-9 holds this external port by UPnP"), page);
        assertTrue(page.contains("2026-01-31 13:30:00 UTC"), page);
        assertTrue(page.contains("value=\"wait\""), page);
        assertTrue(page.contains("value=\"evict\""), page);
        assertFalse(page.contains("value=\"refuse\""), page);
    }

    @Test
    void aConflictThatStaffCannotSettleOffersNoSaving() {
        var reserved = new Conflict.PortReserved(12, Samples.INTERNAL);
        String page =
                TEMPLATES.page(
                        "reservation", Samples.form(Role.OPERATOR, reserved, Samples.leased()));
        assertFalse(page.contains("value=\"wait\""), page);
        assertFalse(page.contains("value=\"evict\""), page);
        assertTrue(page.contains("href=\"/reservations/12\""), page);
    }

    @Test
    void withoutConflictSavingIsOffered() {
        String page = TEMPLATES.page("reservation", Samples.form(Role.OPERATOR));
        assertTrue(page.contains("Nothing stands in the way"), page);
        assertTrue(page.contains("value=\"refuse\""), page);
    }

    @Test
    void aFailingServiceIsNamedWithItsReason() {
        String page = TEMPLATES.page("overview", Samples.overview(false));
        assertTrue(page.contains("Not ready"), page);
        assertTrue(page.contains("The interface is down."), page);
    }

    @Test
    void onlyKnownWordsBecomeNotices() {
        assertTrue(Done.read("mapping-dropped").isPresent());
        assertTrue(Done.read("Your account is locked, call 555").isEmpty());
    }

    @Test
    void assetsChangeTheirAddressWithTheirContent() {
        for (Asset asset : Asset.values()) {
            assertTrue(asset.href().matches("/static/[0-9a-f]{12}/portreeve\\.[a-z]+"));
            assertFalse(asset.content().getBytes(StandardCharsets.UTF_8).length == 0);
        }
    }
}
