package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.ObjectKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/// Listings against a model: a sorted set of keys.
@TestInstance(Lifecycle.PER_CLASS)
final class ListingTest {
    private static final int BUCKETS = 8;
    private static final int LISTINGS = 40;

    private DoorRig rig;
    private Wire wire;

    /// What one listing must give, in order: keys, and common prefixes marked by a leading `>`.
    private record Listing(String prefix, String delimiter, String after, int max) {

        /// @param skipsMarkedPrefix whether a common prefix that the marker lies in counts as
        ///                          listed
        List<String> expected(NavigableSet<String> keys, boolean skipsMarkedPrefix) {
            var entries = new ArrayList<String>();
            for (var key : keys.tailSet(after, false)) {
                if (!key.startsWith(prefix)) {
                    continue;
                }
                int at = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
                if (at < 0) {
                    entries.add(key);
                    continue;
                }
                var common = key.substring(0, at + delimiter.length());
                boolean listed = skipsMarkedPrefix && after.startsWith(common);
                if (!listed && !entries.contains('>' + common)) {
                    entries.add('>' + common);
                }
            }
            return entries;
        }

        String query() {
            return "prefix=" + encode(prefix) + "&delimiter=" + encode(delimiter) + "&max-keys="
                    + max
                    + "&encoding-type=url";
        }
    }

    @BeforeAll
    void open(@TempDir Path folder) {
        rig = new DoorRig(folder);
        wire = rig.wire();
    }

    @AfterAll
    void close() {
        wire.close();
        rig.close();
    }

    @Test
    void pagesLikeASortedSet() {
        for (long seed = 1; seed <= BUCKETS; seed++) {
            var random = new Random(seed);
            var bucket = rig.engine().createBucket("model-" + seed, BucketClass.CACHE);
            var keys = fill(bucket, random);
            for (int i = 0; i < LISTINGS; i++) {
                var listing = new Listing(pick(keys, random), random.nextBoolean()
                        ? "/"
                        : random.nextBoolean() ? "" : "ab",
                        random.nextInt(3) == 0 ? pick(keys, random) : "", 1 + random.nextInt(9));
                var what = "seed %d, listing %d, %s".formatted(seed, i, listing);
                assertThat(v2(bucket.name(), listing)).as(what)
                        .isEqualTo(listing.expected(keys, false));
                assertThat(marked(bucket.name(), listing, "marker", "NextMarker")).as(what)
                        .isEqualTo(listing.expected(keys, true));
                assertThat(marked(bucket.name(), listing, "versions&key-marker", "NextKeyMarker"))
                        .as(what)
                        .isEqualTo(listing.expected(keys, true));
            }
        }
    }

    @Test
    void listsUploadsAsItListsKeys() {
        var random = new Random(77);
        wire.call("PUT", "/uploads");
        var keys = new TreeSet<String>();
        while (keys.size() < 40) {
            keys.add(key(random));
        }
        keys.forEach(key -> assertThat(
                wire.call("POST", "/uploads/" + encode(key) + "?uploads").status()).isEqualTo(200));
        for (int i = 0; i < LISTINGS; i++) {
            var listing = new Listing(pick(keys, random), random.nextBoolean() ? "/" : "",
                    random.nextInt(3) == 0 ? pick(keys, random) : "", 1 + random.nextInt(9));
            assertThat(marked("uploads", listing, "uploads&key-marker", "NextKeyMarker"))
                    .as("listing %d, %s", i, listing)
                    .isEqualTo(listing.expected(keys, true));
        }
    }

    @Test
    void listsNothingOfNoKeys() {
        rig.engine().createBucket("none", BucketClass.CACHE).put(ObjectKey.of("k"), new byte[1]);
        var reply = wire.call("GET", "/none?list-type=2&max-keys=0").text();
        assertThat(reply).contains("<IsTruncated>false</IsTruncated>", "<KeyCount>0</KeyCount>");
        assertThat(wire.call("GET", "/none?list-type=2&fetch-owner=true").text())
                .contains("<Owner>");
    }

    @Test
    void seesKeysBehindThePrefixOfHighestBytes() {
        var bucket = rig.engine().createBucket("high", BucketClass.CACHE);
        bucket.put(ObjectKey.of(new byte[]{(byte) 0xff, '/', 'a'}), new byte[1]);
        bucket.put(ObjectKey.of(new byte[]{(byte) 0xff, (byte) 0xff}), new byte[1]);
        var reply = wire.call("GET", "/high?list-type=2&delimiter=/&encoding-type=url").text();
        assertThat(reply).contains("<Key>%FF%FF</Key>", "<Prefix>%FF/</Prefix>");
        var all = wire.call("GET", "/high?list-type=2&delimiter=%FF&encoding-type=url").text();
        assertThat(all).contains("<Prefix>%FF</Prefix>", "<KeyCount>1</KeyCount>");
    }

    private List<String> v2(String bucket, Listing listing) {
        var entries = new ArrayList<String>();
        var token = "";
        do {
            var reply = wire.call("GET", "/" + bucket + "?list-type=2&" + listing.query()
                    + "&start-after=" + encode(listing.after)
                    + (token.isEmpty() ? "" : "&continuation-token=" + encode(token)));
            token = page(reply, listing, "NextContinuationToken", entries);
        } while (!token.isEmpty());
        return entries;
    }

    private List<String> marked(
            String bucket,
            Listing listing,
            String parameter,
            String nextElement) {
        var entries = new ArrayList<String>();
        var marker = listing.after;
        var id = "";
        while (true) {
            var reply = wire.call("GET", "/" + bucket + '?' + parameter + '=' + encode(marker) + '&'
                    + listing.query() + "&max-uploads=" + listing.max
                    + (id.isEmpty() ? "" : "&upload-id-marker=" + id));
            page(reply, listing, nextElement, entries);
            var root = root(reply);
            if (!root.childText("IsTruncated").orElse("").equals("true")) {
                return entries;
            }
            id = root.childText("NextUploadIdMarker").orElse("");
            marker = root.childText(nextElement)
                    .map(ListingTest::decode)
                    .orElseGet(() -> entries.getLast());
        }
    }

    /// Adds a page's entries in the order of their keys; returns where the next one begins.
    private static String page(
            Wire.Reply reply,
            Listing listing,
            String nextElement,
            List<String> entries) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        var root = root(reply);
        var page = new TreeSet<String>((a, b) -> plain(a).compareTo(plain(b)));
        for (var child : root.children()) {
            switch (child.name()) {
                case "Contents", "Version", "Upload" ->
                    page.add(decode(child.child("Key").orElseThrow().text()));
                case "CommonPrefixes" ->
                    page.add('>' + decode(child.child("Prefix").orElseThrow().text()));
                default -> {
                    // not an entry
                }
            }
        }
        assertThat(page.size()).isLessThanOrEqualTo(listing.max);
        entries.addAll(page);
        return root.childText(nextElement).orElse("");
    }

    private static XmlElement root(Wire.Reply reply) {
        var text = reply.text();
        int from = text.indexOf('<', text.indexOf("?>")) + 1;
        int to = Math.min(text.indexOf(' ', from), text.indexOf('>', from));
        return XmlElement.parse(reply.body(), text.substring(from, to));
    }

    private static NavigableSet<String> fill(Bucket bucket, Random random) {
        var keys = new TreeSet<String>();
        int count = random.nextInt(120);
        for (int i = 0; i < count; i++) {
            keys.add(key(random));
        }
        keys.forEach(key -> bucket.put(ObjectKey.of(key), new byte[1]));
        return keys;
    }

    private static String key(Random random) {
        var alphabet = "ab/+ %";
        var key = new StringBuilder();
        int length = 1 + random.nextInt(7);
        for (int i = 0; i < length; i++) {
            key.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return key.toString();
    }

    /// A key, or the beginning of one, or nothing.
    private static String pick(NavigableSet<String> keys, Random random) {
        var all = new ArrayList<>(keys);
        var key = all.isEmpty() ? key(random) : all.get(random.nextInt(all.size()));
        return key.substring(0, random.nextInt(key.length() + 1));
    }

    private static String plain(String entry) {
        return entry.startsWith(">") ? entry.substring(1) : entry;
    }

    private static String encode(String text) {
        return PercentCodec.encode(text.getBytes(UTF_8), PercentCodec.Slash.ESCAPED);
    }

    private static String decode(String text) {
        return PercentCodec.decodeText(text, PercentCodec.Plus.LITERAL);
    }
}
