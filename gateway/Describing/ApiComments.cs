using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Doseline.Gateway.Describing;

/// <summary>The comments of the contracts, by full name of what they stand at.</summary>
public sealed class ApiComments
{
    const string Resource = "doseline.protoset";

    readonly Dictionary<string, string> comments = new(StringComparer.Ordinal);

    /// <summary>Reads the set that the build made of the protos.</summary>
    public ApiComments()
    {
        using var stream = typeof(ApiComments).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} is not embedded.");
        var set = FileDescriptorSet.Parser.ParseFrom(stream);
        foreach (var file in FileDescriptor.BuildFromByteStrings(set.File.Select(f => f.ToByteString())))
        {
            foreach (var service in file.Services)
            {
                Add(service.FullName, service.Declaration);
                foreach (var method in service.Methods) Add(method.FullName, method.Declaration);
            }

            foreach (var type in file.EnumTypes) Add(type);
            foreach (var message in file.MessageTypes) Add(message);
        }
    }

    /// <summary>The comment at a name; empty when there is none.</summary>
    public string Of(IDescriptor descriptor) => comments.GetValueOrDefault(descriptor.FullName, "");

    void Add(MessageDescriptor message)
    {
        Add(message.FullName, message.Declaration);
        foreach (var field in message.Fields.InDeclarationOrder()) Add(field.FullName, field.Declaration);
        foreach (var type in message.EnumTypes) Add(type);
        foreach (var nested in message.NestedTypes) Add(nested);
    }

    void Add(EnumDescriptor type)
    {
        Add(type.FullName, type.Declaration);
        foreach (var value in type.Values) Add(value.FullName, value.Declaration);
    }

    void Add(string name, DescriptorDeclaration? declaration)
    {
        if (declaration?.LeadingComments is { Length: > 0 } text) comments[name] = string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
