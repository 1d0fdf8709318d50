package org.portreeve.house;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;
import org.portreeve.daemon.Main;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.rules.Rules;

/** The arrows of ARCHITECTURE.md: who may know whom. */
class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("org.portreeve");

    /** Addresses, tuples and limits, in which port control speaks of the translator. */
    private static final Class<?>[] VALUES_OF_NAT = {
        InternalTuple.class,
        Ipv4.class,
        PeerFilter.class,
        Rules.Quota.class,
        Prefix.class,
        Protocol.class
    };

    private static final String[] ABOVE_NAT = {
        "org.portreeve.control..",
        "org.portreeve.pcp..",
        "org.portreeve.natpmp..",
        "org.portreeve.upnp..",
        "org.portreeve.admin..",
        "org.portreeve.daemon.."
    };

    @Test
    void translatorKnowsTheJdkAndAQueueLibrary() {
        hold(
                classes()
                        .that()
                        .resideInAPackage("org.portreeve.nat..")
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(
                                "org.portreeve.nat..", "java..", "javax..", "org.jctools.."));
    }

    @Test
    void nothingBelowKnowsWhatIsAbove() {
        hold(
                noClasses()
                        .that()
                        .resideInAPackage("org.portreeve.nat..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(ABOVE_NAT));
        hold(
                noClasses()
                        .that()
                        .resideInAnyPackage(
                                "org.portreeve.control..",
                                "org.portreeve.pcp..",
                                "org.portreeve.natpmp..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "org.portreeve.upnp..",
                                "org.portreeve.admin..",
                                "org.portreeve.daemon.."));
        hold(
                noClasses()
                        .that()
                        .resideInAnyPackage("org.portreeve.upnp..", "org.portreeve.admin..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("org.portreeve.daemon.."));
    }

    @Test
    void portControlDoesNotKnowTheProtocolsThatAskIt() {
        hold(
                noClasses()
                        .that()
                        .resideInAPackage("org.portreeve.control..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("org.portreeve.pcp..", "org.portreeve.natpmp.."));
    }

    @Test
    void proxyAndUiTouchPortControlAndThePcpClientAlone() {
        hold(onlyTouches("org.portreeve.upnp.."));
        hold(onlyTouches("org.portreeve.admin.."));
    }

    private static ArchRule onlyTouches(String own) {
        return noClasses()
                .that()
                .resideInAPackage(own)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("org.portreeve..")
                                .and(
                                        resideInAnyPackage(
                                                        own,
                                                        "org.portreeve.control..",
                                                        "org.portreeve.pcp.client..")
                                                .or(belongToAnyOf(VALUES_OF_NAT))
                                                .negate()));
    }

    @Test
    void decisionsKnowNeitherFrameworkNorDatabaseNorLog() {
        hold(
                noClasses()
                        .that()
                        .resideInAPackage("org.portreeve.control..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("io.vertx..", "io.netty.."));
        hold(
                noClasses()
                        .that()
                        .resideInAPackage("org.portreeve.control..")
                        .and()
                        .resideOutsideOfPackage("org.portreeve.control.store.sql..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "java.sql..",
                                "javax.sql..",
                                "org.h2..",
                                "com.zaxxer..",
                                "org.flywaydb.."));
        hold(
                noClasses()
                        .that()
                        .resideInAnyPackage("org.portreeve.control..", "org.portreeve.pcp.wire..")
                        .and()
                        // What works on files tells of a failing disk.
                        .resideOutsideOfPackages(
                                "org.portreeve.control.journal..", "org.portreeve.control.files..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("org.slf4j.."));
        hold(
                noClasses()
                        .that()
                        .resideInAPackage("org.portreeve.pcp.wire..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "io.vertx..", "io.netty..", "java.sql..", "java.nio.channels.."));
    }

    @Test
    void nativeCallsAreMadeInOnePackage() {
        hold(
                noClasses()
                        .that()
                        .resideOutsideOfPackage("org.portreeve.nat.io.linux..")
                        .should()
                        .dependOnClassesThat()
                        .haveFullyQualifiedName("java.lang.foreign.Linker")
                        .orShould()
                        .dependOnClassesThat()
                        .haveFullyQualifiedName("java.lang.foreign.SymbolLookup"));
    }

    @Test
    void packagesHaveNoCycles() {
        hold(
                slices().matching("org.portreeve.(**)")
                        .should()
                        .beFreeOfCycles()
                        // The entry point lies beside the node and knows the commands, which know
                        // it.
                        .ignoreDependency(type(Main.class), alwaysTrue())
                        // The journal keeps port control's words: nonces, origins, tuples.
                        .ignoreDependency(
                                resideInAPackage("org.portreeve.control.journal"),
                                resideInAPackage("org.portreeve.control")));
    }

    /** A rule about packages that have no class yet holds. */
    private static void hold(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
