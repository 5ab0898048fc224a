using Grpc.Core;

namespace Doseline.Compat.Tests;

public sealed class MetadataTests
{
    [Fact]
    public void Keys_are_kept_in_lower_case_and_found_in_any()
    {
        var metadata = new Metadata { { "X-Request-ID", "r1" } };

        metadata[0].Key.ShouldBe("x-request-id");
        metadata.GetValue("x-REQUEST-id").ShouldBe("r1");
        metadata.Get("other").ShouldBeNull();
        metadata.GetValueBytes("other").ShouldBeNull();
    }

    [Fact]
    public void The_last_of_several_entries_wins_and_all_are_kept_in_order()
    {
        var metadata = new Metadata { { "k", "1" }, { "other", "x" }, { "k", "2" } };

        metadata.GetValue("k").ShouldBe("2");
        metadata.GetAll("K").Select(entry => entry.Value).ShouldBe(["1", "2"]);
    }

    [Fact]
    public void Bytes_are_copied_in_and_out()
    {
        byte[] bytes = [1, 2];
        var entry = new Metadata.Entry("k-bin", bytes);
        bytes[0] = 9;
        entry.ValueBytes[1] = 9;

        entry.ValueBytes.ShouldBe([1, 2]);
        entry.IsBinary.ShouldBeTrue();
        entry.ToString().ShouldBe("[Entry: key=k-bin, valueBytes=0102]");
        Should.Throw<InvalidOperationException>(() => entry.Value);
    }

    [Fact]
    public void Text_gives_its_ascii_bytes()
    {
        var entry = new Metadata.Entry("k", "az");

        entry.ValueBytes.ShouldBe("az"u8.ToArray());
        entry.IsBinary.ShouldBeFalse();
        entry.ToString().ShouldBe("[Entry: key=k, value=az]");
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData(":path")]
    [InlineData("ключ")]
    [InlineData("line\nbreak")]
    [InlineData("text-bin")]
    public void A_key_that_cannot_hold_text_is_refused(string key) =>
        Should.Throw<ArgumentException>(() => new Metadata.Entry(key, "value"));

    [Theory]
    [InlineData("k")]
    [InlineData("bin")]
    [InlineData("k-bin ")]
    public void A_key_that_cannot_hold_bytes_is_refused(string key) =>
        Should.Throw<ArgumentException>(() => new Metadata.Entry(key, [1]));

    [Fact]
    public void Nothing_is_no_value()
    {
        Should.Throw<ArgumentNullException>(() => new Metadata.Entry(null!, "v"));
        Should.Throw<ArgumentNullException>(() => new Metadata.Entry("k", (string)null!));
        Should.Throw<ArgumentNullException>(() => new Metadata.Entry("k-bin", (byte[])null!));
        Should.Throw<ArgumentNullException>(() => new Metadata().Add(null!));
    }

    [Fact]
    public void The_empty_metadata_stays_empty()
    {
        Metadata.Empty.IsReadOnly.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => Metadata.Empty.Add("k", "v"));
        Should.Throw<InvalidOperationException>(() => Metadata.Empty.Insert(0, new Metadata.Entry("k", "v")));
        Should.Throw<InvalidOperationException>(Metadata.Empty.Clear);
        Metadata.Empty.ShouldBeEmpty();
    }

    [Fact]
    public void It_is_a_list()
    {
        var a = new Metadata.Entry("a", "1");
        var b = new Metadata.Entry("b", "2");
        var c = new Metadata.Entry("c", "3");
        var metadata = new Metadata { a, c };

        metadata.Insert(1, b);
        metadata.ShouldBe([a, b, c]);
        metadata.IndexOf(c).ShouldBe(2);
        metadata.Contains(b).ShouldBeTrue();
        metadata.Remove(a).ShouldBeTrue();
        metadata.RemoveAt(1);
        metadata[0] = c;
        var copy = new Metadata.Entry[2];
        metadata.CopyTo(copy, 1);
        copy[1].ShouldBe(c);
        metadata.Clear();
        metadata.Count.ShouldBe(0);
    }
}
