"""Prints tests/run/in_branches.case: what loops and branches make of arrays, statement by statement."""
import numpy as np
rng=np.random.default_rng(5)
def fmt(a): return ' '.join(repr(float(v)) for v in np.ravel(a))
out=[]
for n in (1,2,5,9):
    A=np.round(rng.uniform(-1,1,(n,n))*64)/64+np.eye(n)*(n+1)
    B=A.copy()
    for k in range(n):
        for i in range(k+1,n):
            B[i,k]=B[i,k]/B[k,k]
            for j in range(k+1,n): B[i,j]-=B[i,k]*B[k,j]
    out.append(f"case lu\nsize n {n}\ninput A {fmt(A)}\noutput s {float((B**2).sum())!r}")
    x=np.round(rng.uniform(0,1,n)*64)/64+1/128
    y=x.copy()
    for i in range(n):
        if y[i]>0.5: y[i]=0.5*y[i]**2
    out.append(f"case halved\nsize n {n}\ninput x {fmt(x)}\noutput y {fmt(y)}")
    y=x.copy(); z=np.zeros(n)
    for i in range(n):
        if y[i]>0.5: y[i]=y[0]*y[i]; z[i]=y[i]-1
        else: y[i]=y[i]**2
    out.append(f"case sides\nsize n {n}\ninput x {fmt(x)}\noutput s {float(np.sum(np.sin(y))+np.sum(y*z))!r}")
    D=np.zeros((n,n))
    for i in range(1,n):
        for j in range(1,n): D[i,j]=x[i]*x[j]+max(D[i-1,j],D[i,j-1])
    out.append(f"case table\nsize n {n}\ninput x {fmt(x)}\noutput s {float(D[n-1,n-1])!r}")
    v=x.copy()
    for i in range(n):
        for j in range(i): v[i]=v[i]+0.1*np.sin(v[j])
    out.append(f"case below\nsize n {n}\ninput x {fmt(x)}\noutput s {float((v**2).sum())!r}")
    y=np.round(rng.uniform(-1,1,n)*64)/64; X=x.copy(); Y=y.copy()
    for t in range(n):
        if 0.6>X[t]: X,Y=Y,X
        elif t>0: X=X[::-1].copy(); Y[t]=X[0]*0.5
    out.append(f"case swapped\nsize n {n}\ninput x {fmt(x)}\ninput y {fmt(y)}\noutput s {float(np.sum(X*np.arange(n))+np.sum(np.sin(Y)))!r}")
print('\n'.join(out))
