using System.Globalization;
using Doseline.Kernel.Ids;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Doseline.Kernel.Tests.Ids;

public sealed class IdTests
{
    const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    static Gen<string> Any => Gen.ArrayOf(Gen.Choose(0, 255), 16).Select(bytes => Id.Format([.. bytes.Select(b => (byte)b)]));

    [Fact]
    [Requirement("A055")]
    public void Every_id_is_valid_and_any_single_character_error_is_caught() =>
        Prop.ForAll(
            (from id in Any from at in Gen.Choose(0, Id.Length - 1) from other in Gen.Elements((Alphabet + "*~$=u").ToCharArray()) select (id, at, other)).ToArbitrary(),
            typed =>
            {
                var wrong = typed.id[..typed.at] + typed.other + typed.id[(typed.at + 1)..];
                return Id.IsValid(typed.id) && (wrong == typed.id || !Id.IsValid(wrong));
            }).Holds();

    [Fact]
    [Requirement("A055")]
    public void Any_transposition_of_neighbours_is_caught() =>
        Prop.ForAll((from id in Any from at in Gen.Choose(0, Id.Length - 2) select (id, at)).ToArbitrary(), typed =>
        {
            var (id, at) = typed;
            var wrong = id[..at] + id[at + 1] + id[at] + id[(at + 2)..];
            return wrong == id || !Id.IsValid(wrong);
        }).Holds();

    // 37 is prime and does not divide 32^k·d for 0 < |d| < 32, nor 32^k·31·d: the check catches every single error and transposition in the
    // body, for all ids and not only for those the properties above happened to draw.
    [Fact]
    public void The_check_catches_single_errors_and_transpositions_by_its_arithmetic()
    {
        System.Numerics.BigInteger power = 1;
        for (var place = 0; place < 26; place++, power *= 32)
        {
            for (var difference = 1; difference < 32; difference++)
            {
                (power * difference % 37).IsZero.ShouldBeFalse();
                (power * 31 * difference % 37).IsZero.ShouldBeFalse();
            }
        }
    }

    // 80 random bits a millisecond: by the birthday bound 10^8 ids made within one millisecond collide with probability below
    // (10^8)^2 / 2^81 = 4e-9. What could break that is a source that repeats or a format that loses bits; ten million ids of one frozen
    // millisecond show either. DOSELINE_TEST_IDS=100000000 makes a hundred million, which needs 1.6 GB.
    [Fact]
    [Requirement("A055")]
    public void Ids_of_one_millisecond_are_all_different()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("DOSELINE_TEST_IDS") ?? "1000000", CultureInfo.InvariantCulture);
        // Eight processes, or eight starts of one, that all make theirs in the same millisecond: nothing that was used is used again.
        var sources = Enumerable.Range(0, 8).Select(_ => new IdSource(new Frozen(), System.Security.Cryptography.RandomNumberGenerator.Fill)).ToArray();
        var prints = new UInt128[count];
        var values = new byte[128];
        for (var i = 0; i < Alphabet.Length; i++) values[Alphabet[i]] = (byte)i;
        Parallel.For(0, count, i =>
        {
            var id = sources[i % sources.Length].New();
            UInt128 value = 0;
            for (var c = 0; c < Id.Length - 1; c++) value = (value << 5) | values[id[c]];
            prints[i] = value;
        });
        Array.Sort(prints);
        for (var i = 1; i < count; i++)
        {
            if (prints[i] == prints[i - 1]) Assert.Fail($"Two ids are the same: {prints[i]:x32}");
        }
    }

    [Fact]
    public void A_derived_id_is_always_the_same_and_ids_sort_by_time()
    {
        Id.From("dose", "1").ShouldBe(Id.From("dose", "1"));
        string.Equals(Id.From("dose", "1"), Id.From("dose", "2"), StringComparison.Ordinal).ShouldBeFalse();
        Id.IsValid(Id.From("dose", "1")).ShouldBeTrue();
        new string?[] { null, "", "x", new('0', 28), new('8', 27), new('é', 27) }.ShouldAllBe(text => !Id.IsValid(text));
        var clock = new Frozen();
        var source = new IdSource(clock, System.Security.Cryptography.RandomNumberGenerator.Fill);
        List<string> ids = [];
        for (var i = 0; i < 50; i++, clock.Now += TimeSpan.FromMilliseconds(1)) ids.Add(source.New());
        ids.ShouldBe(ids.Order(StringComparer.Ordinal));
    }

    sealed class Frozen : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
