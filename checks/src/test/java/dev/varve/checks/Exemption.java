package dev.varve.checks;

import java.util.Collection;
import java.util.List;

/// A class that may break one rule, and why.
///
/// @param className simple name of the top-level class, with its module: `bench/LoadRun`; or a
///                  whole module: `bench`
/// @param reason    what a reader must know to agree
///
/// Immutable.
record Exemption(String className, String reason) {

    Exemption {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("an exemption needs a reason: " + className);
        }
    }

    boolean covers(Finding finding) {
        return finding.place().equals(className) || finding.place().startsWith(className + "/");
    }

    /// The findings that no exemption covers.
    static List<Finding> without(Collection<Exemption> exemptions, List<Finding> findings) {
        return findings.stream()
                .filter(finding -> exemptions.stream().noneMatch(it -> it.covers(finding)))
                .toList();
    }

    /// The exemptions that cover nothing any more.
    static List<Exemption> unused(Collection<Exemption> exemptions, List<Finding> findings) {
        return exemptions.stream()
                .filter(it -> findings.stream().noneMatch(it::covers))
                .toList();
    }
}
