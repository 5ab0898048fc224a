using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Doseline.Gateway.Describing;

/// <summary>The comments of the contracts, by full name of what they stand at.</summary>
public sealed class ApiComments
{
    const string Resource = "doseline.protoset";

    // Read when the page is first asked for, and never where nobody asks.
    readonly Lazy<Dictionary<string, string>> comments = new(Read);

    /// <summary>The comment at a name; empty when there is none.</summary>
    public string Of(IDescriptor descriptor) => comments.Value.GetValueOrDefault(descriptor.FullName, "");

    static Dictionary<string, string> Read()
    {
        using var stream = typeof(ApiComments).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} is not embedded.");
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        var set = FileDescriptorSet.Parser.ParseFrom(stream);
        foreach (var file in FileDescriptor.BuildFromByteStrings(set.File.Select(f => f.ToByteString())))
        {
            foreach (var service in file.Services)
            {
                Add(found, service.FullName, service.Declaration);
                foreach (var method in service.Methods) Add(found, method.FullName, method.Declaration);
            }

            foreach (var type in file.EnumTypes) Add(found, type);
            foreach (var message in file.MessageTypes) Add(found, message);
        }

        return found;
    }

    static void Add(Dictionary<string, string> found, MessageDescriptor message)
    {
        Add(found, message.FullName, message.Declaration);
        foreach (var field in message.Fields.InDeclarationOrder()) Add(found, field.FullName, field.Declaration);
        foreach (var type in message.EnumTypes) Add(found, type);
        foreach (var nested in message.NestedTypes) Add(found, nested);
    }

    static void Add(Dictionary<string, string> found, EnumDescriptor type)
    {
        Add(found, type.FullName, type.Declaration);
        foreach (var value in type.Values) Add(found, value.FullName, value.Declaration);
    }

    static void Add(Dictionary<string, string> found, string name, DescriptorDeclaration? declaration)
    {
        if (declaration?.LeadingComments is { Length: > 0 } text) found[name] = string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
