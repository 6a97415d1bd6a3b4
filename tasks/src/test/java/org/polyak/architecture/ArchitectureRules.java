package org.polyak.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.lang.module.ModuleFinder;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * The rules of the house that a machine enforces. Packages are parameters, so that the test of a
 * rule can ask it for a wall that is not there and see it complain about the real code.
 */
final class ArchitectureRules {
  private static final String JSPECIFY = "org.jspecify.annotations";

  private static final Set<String> READERS =
      Set.of(
          "System.getProperty",
          "System.getProperties",
          "System.getenv",
          "Boolean.getBoolean",
          "Integer.getInteger",
          "Long.getLong");

  private ArchitectureRules() {}

  /** Of all of Polyak, classes in {@code owner} know only each other and {@code known}. */
  static ArchRule knowsOfPolyakOnly(String owner, String... known) {
    return noClasses()
        .that()
        .resideInAPackage(owner)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("org.polyak..").and(not(resideInAnyPackage(join(known, owner)))))
        .because("the arrows between the modules point one way, see docs/architecture.md");
  }

  /** Classes in {@code owner} use only each other, java.base, annotations and {@code also}. */
  static ArchRule usesOnlyJavaBaseAnd(String owner, String... also) {
    return classes()
        .that()
        .resideInAPackage(owner)
        .should()
        .onlyDependOnClassesThat(inJavaBase().or(resideInAnyPackage(join(also, owner, JSPECIFY))));
  }

  /** The library's classes are used in {@code owners} and nowhere else. */
  static ArchRule confinesLibrary(String library, String... owners) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(owners)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  static ArchRule staticFieldsAreFinal() {
    return fields().that().areStatic().should().beFinal();
  }

  static ArchRule staticFieldsHoldNothingThatChanges() {
    return noFields()
        .that()
        .areStatic()
        .should()
        .haveRawType(
            resideInAnyPackage("java.util.concurrent.atomic", "java.util.concurrent.locks")
                .or(assignableTo(ThreadLocal.class))
                .or(assignableTo(ConcurrentMap.class))
                .or(assignableTo(Executor.class)));
  }

  /** Settings arrive as values: a system property that somebody sets is a hidden global. */
  static ArchRule systemPropertiesAreNotWritten() {
    return noClasses()
        .should()
        .callMethod(System.class, "setProperty", String.class, String.class)
        .orShould()
        .callMethod(System.class, "setProperties", Properties.class)
        .orShould()
        .callMethod(System.class, "clearProperty", String.class);
  }

  /** What classes in {@code owner} compute depends on their arguments alone, but for exceptions. */
  static ArchRule settingsAreReadOnlyBy(String owner, String... exceptions) {
    return noClasses()
        .that()
        .resideInAPackage(owner)
        .and(
            describe(
                "are no exceptions",
                (JavaClass type) -> !List.of(exceptions).contains(type.getName())))
        .should()
        .callMethodWhere(
            describe(
                "a system property or an environment variable is read",
                (JavaMethodCall call) ->
                    READERS.contains(
                        call.getTargetOwner().getSimpleName() + "." + call.getName())));
  }

  /** What a backend cannot do it says through its typed answers, before it is asked to do it. */
  static ArchRule nothingIsUnsupported() {
    return noClasses()
        .should()
        .callConstructorWhere(
            describe(
                "an UnsupportedOperationException is made",
                (JavaConstructorCall call) ->
                    call.getTargetOwner().isAssignableTo(UnsupportedOperationException.class)));
  }

  static ArchRule packagesAreNullMarked() {
    return classes()
        .should(
            new ArchCondition<>("be in a package that is @NullMarked") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                  events.add(
                      SimpleConditionEvent.violated(
                          type, type.getName() + " is in a package that is not @NullMarked"));
                }
              }
            });
  }

  private static DescribedPredicate<JavaClass> inJavaBase() {
    Set<String> packages =
        ModuleFinder.ofSystem().find("java.base").orElseThrow().descriptor().packages();
    return describe(
        "in java.base",
        type -> {
          JavaClass element = type.getBaseComponentType();
          return element.isPrimitive() || packages.contains(element.getPackageName());
        });
  }

  private static String[] join(String[] some, String... more) {
    return Stream.of(some, more).flatMap(Arrays::stream).toArray(String[]::new);
  }
}
