using Doseline.Common.V1;
using Google.Protobuf;

namespace Doseline.Local.Signing;

/// <summary>A signature that a client needs before it can call.</summary>
/// <param name="Method">Method to be called, <c>/package.Service/Method</c>.</param>
/// <param name="Request">Its request, without signatures.</param>
/// <param name="Need">What its policy asks for.</param>
/// <param name="IsSecond">True for the second person's.</param>
public sealed record SignatureWanted(string Method, IMessage Request, SignatureNeed Need, bool IsSecond);
