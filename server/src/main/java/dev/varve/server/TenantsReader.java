package dev.varve.server;

import dev.varve.door.resp.Access;
import dev.varve.engine.ObjectKey;
import dev.varve.server.TenantSettings.Quota;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Reads the settings of the form `tenant.NAME.PART`. Names may have dots: the part is what follows
/// the last one.
///
/// Confined to one thread.
final class TenantsReader {
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,6})?)\\s*%");
    private static final long LEAST_RATE = 1024;

    /// What can be said of a tenant.
    private enum Part {
        PREFIX,
        MEMORY,
        FLASH,
        RATE;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<String, Map<Part, Given>> given = new TreeMap<>();
    private final List<String> problems;

    /// @param problems gets a line for each setting that cannot be used
    TenantsReader(List<String> problems) {
        this.problems = problems;
    }

    /// Takes a setting from the configuration file.
    ///
    /// @param name `NAME.PART`
    void accept(String name, Given value) {
        accept(name, '.', value);
    }

    /// Takes a setting from the environment.
    ///
    /// @param name `NAME_PART`
    void acceptVariable(String name, Given value) {
        accept(name, '_', value);
    }

    /// Takes a setting from the command line.
    ///
    /// @param value `NAME.PART=VALUE`
    void acceptArgument(Given value) {
        int split = value.text().indexOf('=');
        if (split < 0) {
            problems.add("tenant (" + value.text() + ") from " + value.origin()
                    + " must be NAME.PART=VALUE");
        } else {
            accept(value.text().substring(0, split), '.',
                    new Given(value.text().substring(split + 1).strip(), value.origin()));
        }
    }

    private void accept(String name, char separator, Given value) {
        int split = name.lastIndexOf(separator);
        var wanted = name.substring(split + 1);
        var part = Arrays.stream(Part.values())
                .filter(known -> known.key().equalsIgnoreCase(wanted))
                .findFirst();
        if (split <= 0 || part.isEmpty()) {
            problems.add("tenant (" + name + ") from " + value.origin()
                    + " must be a user's name, then " + separator
                    + "prefix, memory, flash or rate");
        } else {
            given.computeIfAbsent(name.substring(0, split), _ -> new EnumMap<>(Part.class))
                    .put(part.get(), value);
        }
    }

    /// All tenants, by name.
    ///
    /// @param users the users of the Redis door
    List<TenantSettings> build(Set<String> users) {
        var tenants = new ArrayList<TenantSettings>();
        given.forEach((name, parts) -> {
            if (users.contains(name)) {
                tenants.add(tenant(name, parts));
            } else {
                var any = parts.values().iterator().next();
                problems.add("tenant (" + name + ") from " + any.origin()
                        + " must be the name of a resp-user");
            }
        });
        checkOverlaps(tenants);
        return tenants;
    }

    private TenantSettings tenant(String name, Map<Part, Given> parts) {
        var prefixes = value(parts, Part.PREFIX)
                .map(value -> prefixes(name, value))
                .orElse(List.of());
        var tenant = new TenantSettings(name, prefixes,
                value(parts, Part.MEMORY).flatMap(value -> quota(name, Part.MEMORY, value)),
                value(parts, Part.FLASH).flatMap(value -> quota(name, Part.FLASH, value)),
                value(parts, Part.RATE).map(value -> rate(name, value)).orElse(0L));
        for (var part : List.of(Part.MEMORY, Part.FLASH)) {
            if (!parts.containsKey(Part.PREFIX)) {
                value(parts, part).ifPresent(value -> reject(name, part, value,
                        "given together with tenant." + name + ".prefix"));
            }
        }
        return tenant;
    }

    private static Optional<Given> value(Map<Part, Given> parts, Part part) {
        return Optional.ofNullable(parts.get(part));
    }

    private List<ObjectKey> prefixes(String name, Given value) {
        var words = Arrays.stream(value.text().split("\\s+", -1))
                .filter(word -> !word.isEmpty())
                .toList();
        if (words.isEmpty()
                || words.stream().anyMatch(word -> word.length() > ObjectKey.MAX_BYTES / 4)) {
            reject(name, Part.PREFIX, value, "one or more beginnings of keys, separated by blanks,"
                    + " each of at most " + ObjectKey.MAX_BYTES / 4 + " characters");
            return List.of();
        }
        return new Access(words.stream().map(ObjectKey::of).toList(), 0).prefixes();
    }

    private Optional<Quota> quota(String name, Part part, Given value) {
        var percent = PERCENT.matcher(value.text());
        if (percent.matches()) {
            double amount = Double.parseDouble(percent.group(1));
            if (amount > 0 && amount <= 100) {
                return Optional.of(new Quota(amount, true));
            }
        }
        var bytes = ByteSize.parse(value.text());
        if (bytes.isPresent() && bytes.getAsLong() > 0) {
            return Optional.of(new Quota(bytes.getAsLong(), false));
        }
        reject(name, part, value, "a size such as 2g, or a share such as 25%");
        return Optional.empty();
    }

    private long rate(String name, Given value) {
        OptionalLong bytes = ByteSize.parse(value.text());
        if (bytes.isEmpty() || bytes.getAsLong() < LEAST_RATE) {
            reject(name, Part.RATE, value, "what may pass in a second, such as 500m, at least 1k");
            return 0;
        }
        return bytes.getAsLong();
    }

    /// Bytes can be counted for one share only.
    private void checkOverlaps(List<TenantSettings> tenants) {
        var divided = tenants.stream().filter(TenantSettings::hasQuota).toList();
        for (int i = 0; i < divided.size(); i++) {
            for (int j = 0; j < i; j++) {
                overlap(divided.get(i), divided.get(j));
            }
        }
    }

    private void overlap(TenantSettings later, TenantSettings earlier) {
        for (var prefix : later.prefixes()) {
            for (var other : earlier.prefixes()) {
                if (prefix.startsWith(other) || other.startsWith(prefix)) {
                    var value = value(given.getOrDefault(later.user(), Map.of()), Part.PREFIX)
                            .orElseThrow();
                    reject(later.user(), Part.PREFIX, value, "apart from " + other
                            + " of tenant." + earlier.user() + ", because both have quotas");
                    return;
                }
            }
        }
    }

    private void reject(String name, Part part, Given value, String what) {
        problems.add("tenant." + name + "." + part.key() + " (" + value.text() + ") from "
                + value.origin() + " must be " + what);
    }
}
